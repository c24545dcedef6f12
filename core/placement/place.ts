import type { CommandPrefix } from '../command/command.ts';
import type { DeviceLoad } from './load.ts';

/** One device of a worker, as its Hello describes it: where trials may run. */
export interface Place {
  readonly worker: string;
  /** Its number among the devices of the worker. */
  readonly device: number;
  /** `cpu`, `cuda`, `webgpu`; empty when the worker did not say. */
  readonly kind: string;
  /** For example `onnx`; empty when the worker did not say. */
  readonly executor: string;
  /** Of the whole device, shared by all its slots; 0 when the worker did not say. */
  readonly memoryBytes: number;
  /** Trials at the same time. */
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  /** With which words a command has to begin to run there, see core/command; absent: none may. */
  readonly allowedCommands?: readonly CommandPrefix[];
  /** Trials that the load counts though they have ended: only their records are under way. */
  readonly ended?: DeviceLoad;
  /** Trials that may wait here for a free slot. Default 0. */
  readonly queue?: number;
}

/** A place with a free slot. */
export interface Offer extends Place {
  /** What the trials that run there leave of the memory, by what they are reckoned to need; not less than 0. */
  readonly freeBytes: number;
}

/** The place with nobody there. */
export const emptyPlace = (place: Place): Offer => ({ ...place, freeBytes: place.memoryBytes });
