import { isAllowed } from '../command/command.ts';
import { bytesText } from './bytes.ts';
import type { Need } from './need.ts';
import { emptyPlace, type Offer, type Place } from './place.ts';

/**
 * Why a trial cannot run at a place, or undefined when it can. What a worker did not say of itself is not held against it, but
 * for labels: who asks for one wants it said.
 */
export function misfit(need: Need, offer: Offer): string | undefined {
  const { command, executors, devices, labels = {}, memoryBytes, moreThanBytes } = need;
  const { allowedCommands = [] } = offer;
  if (command && !isAllowed(command, allowedCommands))
    return allowedCommands.length === 0 ? 'it allows no command' : 'it allows other commands only';
  if (executors && offer.executor !== '' && !executors.includes(offer.executor))
    return `its executor is ${offer.executor}, not ${executors.join(' or ')}`;
  if (devices && offer.kind !== '' && !devices.includes(offer.kind))
    return `its device is ${offer.kind}, not ${devices.join(' or ')}`;
  for (const [label, values] of Object.entries(labels)) {
    const value = offer.labels[label];
    if (value === undefined) return `it has no label ${label}`;
    if (!values.includes(value)) return `its label ${label} is ${value}, not ${values.join(' or ')}`;
  }
  if (offer.memoryBytes === 0) return undefined;
  if (moreThanBytes !== undefined && offer.freeBytes <= moreThanBytes)
    return `it has ${memoryText(offer)}, and with ${bytesText(moreThanBytes)} such a trial ran out of memory`;
  if (offer.freeBytes < memoryBytes) return `it has ${memoryText(offer)}`;
  return undefined;
}

function memoryText({ memoryBytes, freeBytes }: Offer): string {
  return `${bytesText(memoryBytes)}${freeBytes < memoryBytes ? ' that others use in part' : ''}`;
}

/**
 * The need as it is enforced now: what was learned from a trial that ran out of memory sends the next one to a bigger place as
 * long as there is one, busy or not. Without one it is tried again where it fits by estimate, and `maxAttempts` ends it.
 * @param places of all connected workers.
 */
export function enforced(need: Need, places: readonly Place[]): Need {
  if (need.moreThanBytes === undefined) return need;
  if (places.some((place) => misfit(need, emptyPlace(place)) === undefined)) return need;
  const { moreThanBytes: _, ...rest } = need;
  return rest;
}

/** Why no connected worker could ever run it, by worker; undefined when one could. @param places of all connected workers. */
export function fitsNowhere(need: Need, places: readonly Place[]): string | undefined {
  const wanted = enforced(need, places);
  const reasons: string[] = [];
  for (const place of places) {
    const why = misfit(wanted, emptyPlace(place));
    if (why === undefined) return undefined;
    reasons.push(`${place.worker}: ${why}`);
  }
  const shown = reasons.slice(0, MAX_REASONS).join('; ');
  const more = reasons.length > MAX_REASONS ? `; and ${reasons.length - MAX_REASONS} more` : '';
  return `fits no connected worker: it needs ${needText(wanted)} (${shown}${more})`;
}

const MAX_REASONS = 4;

function needText({ command, memoryBytes, memoryIs, executors, devices, labels }: Need): string {
  const parts = [
    ...(command
      ? [`a worker started with --allow-command ${JSON.stringify(command.join(' '))} or the beginning of it`]
      : []),
    ...(executors ? [`executor ${executors.join(' or ')}`] : []),
    ...(devices ? [`device ${devices.join(' or ')}`] : []),
    ...Object.entries(labels ?? {}).map(([label, values]) => `${label}=${values.join('|')}`),
    ...(command && memoryIs === 'estimated'
      ? []
      : [`${memoryIs === 'required' ? '' : 'about '}${bytesText(memoryBytes)} of memory`]),
  ];
  return parts.join(', ');
}
