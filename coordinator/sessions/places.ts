import type { Place } from '../../core/placement/place.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';

/** The devices of a worker as places; one of which nothing is known when it names none. Slot i computes on device i modulo their number. */
export function placesOf({ worker, slots, devices, labels, allowedCommands: commands }: Hello): readonly Place[] {
  const allowedCommands = commands.map(({ words }) => words);
  if (devices.length === 0)
    return [{ worker, device: 0, kind: '', executor: '', memoryBytes: 0, slots, labels, allowedCommands }];
  return devices.map(({ name, executor, memoryBytes }, device) => {
    const [kind = ''] = name.split(' ', 1);
    const own = Math.max(0, Math.ceil((slots - device) / devices.length));
    return { worker, device, kind, executor, memoryBytes, slots: own, labels, allowedCommands };
  });
}
