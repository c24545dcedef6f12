import type { Offer, Place } from './place.ts';

/** Trials that run on one device, and what they are reckoned to need. */
export interface DeviceLoad {
  readonly trials: number;
  readonly bytes: number;
}

/** By worker, then by the number of the device; what is not there is idle. */
export type Load = ReadonlyMap<string, readonly (DeviceLoad | undefined)[]>;

const IDLE: DeviceLoad = { trials: 0, bytes: 0 };

export const loadAt = (load: Load, worker: string, device: number): DeviceLoad => load.get(worker)?.[device] ?? IDLE;

/** Trials on all devices of a worker. */
export function runningOn(load: Load, worker: string): number {
  return (load.get(worker) ?? []).reduce((total, device) => total + (device?.trials ?? 0), 0);
}

/** @param sign 1 for a trial that begins there, -1 for one that has ended. */
export function withLoad(load: Load, worker: string, device: number, bytes: number, sign: 1 | -1): Load {
  const devices = [...(load.get(worker) ?? [])];
  const before = devices[device] ?? IDLE;
  devices[device] = { trials: before.trials + sign, bytes: before.bytes + sign * bytes };
  const next = new Map(load);
  if (devices.some((other) => other !== undefined && other.trials > 0)) next.set(worker, devices);
  else next.delete(worker);
  return next;
}

/**
 * Of these places those that have a free slot or room in their queue, the one with the most free memory first. What waits in a
 * queue counts as if it ran, so that it fits whichever trial ends first.
 */
export function offersAt(places: readonly Place[], load: Load): readonly Offer[] {
  const offers = places.flatMap((place): Offer[] => {
    const { ended = IDLE, queue = 0 } = place;
    const { trials, bytes } = loadAt(load, place.worker, place.device);
    const freeBytes = Math.max(0, place.memoryBytes - (bytes - ended.bytes));
    return trials - ended.trials < place.slots + queue ? [{ ...place, freeBytes }] : [];
  });
  return offers.length < 2 ? offers : offers.sort((a, b) => b.freeBytes - a.freeBytes);
}
