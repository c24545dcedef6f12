import type { Place } from '../placement/place.ts';
import type { AskedLevels } from '../study/asked-configurations.ts';
import type { Study } from '../study/study.ts';
import type { FailureKind } from '../trial/states.ts';
import type { LeaseRef, ReusedFrom } from '../trial/trial.ts';

/** What a coordinator may be asked to decide. Ids and hashes are made outside: randomness is an argument. */
export type Command =
  | { readonly type: 'take-leadership'; readonly holder: string }
  | {
      readonly type: 'submit-sweep';
      readonly requestId: string;
      readonly study: Study;
      readonly studyYaml: string;
      /** Who submits it. */
      readonly user?: string;
      readonly total: number;
    }
  | {
      readonly type: 'edit-sweep';
      readonly requestId: string;
      readonly sweepId: string;
      readonly study: Study;
      readonly studyYaml: string;
      /** End running trials of cells that the new study does not have; else they finish. */
      readonly cancelRunning: boolean;
    }
  | { readonly type: 'cancel-sweep'; readonly requestId: string; readonly sweepId: string }
  | { readonly type: 'pause-sweep' | 'resume-sweep'; readonly requestId: string; readonly sweepId: string }
  | {
      readonly type: 'retry-failed';
      readonly requestId: string;
      readonly sweepId: string;
      /** Only failures of these kinds; empty means all. */
      readonly kinds: readonly FailureKind[];
    }
  | {
      readonly type: 'ask-configuration';
      readonly requestId: string;
      readonly sweepId: string;
      /** As core/study/asked-configurations.ts has read them. */
      readonly levels: AskedLevels;
    }
  /** Nobody will ask for more configurations. */
  | { readonly type: 'end-search'; readonly requestId: string; readonly sweepId: string }
  | {
      readonly type: 'prune-trial';
      readonly sweepId: string;
      readonly cell: number;
      /** How far it came and the metric there, as the outside program says; 0 where it does not. */
      readonly trainEpoch: number;
      readonly value: number;
      readonly reason: string;
    }
  | {
      readonly type: 'grant-lease';
      readonly worker: string;
      readonly leaseId: string;
      /** Where the trial may run: the devices of the worker; absent: somewhere, whatever it needs. */
      readonly at?: readonly Place[];
      /** Of all connected workers; needed once a trial has run out of memory. */
      readonly places?: readonly Place[];
    }
  /** Ends what is over its budget. */
  | { readonly type: 'enforce-budgets' }
  | {
      /** A new process has its name. */
      readonly type: 'trust-worker';
      readonly worker: string;
    }
  | { readonly type: 'start-trial'; readonly lease: LeaseRef }
  | {
      readonly type: 'lose-attempt';
      readonly lease: LeaseRef;
      readonly kind: FailureKind;
      readonly message: string;
      readonly worker: string;
    }
  | {
      readonly type: 'record-result';
      readonly record: RecordKey & {
        readonly contentHash: string;
        readonly metrics?: Readonly<Record<string, number>>;
      };
    }
  | {
      readonly type: 'record-report';
      readonly record: RecordKey & {
        readonly trainEpoch: number;
        readonly metrics: Readonly<Record<string, number>>;
      };
    }
  | {
      readonly type: 'record-failure';
      readonly record: RecordKey & { readonly kind: FailureKind; readonly message: string };
    };

/** Who says so, about which attempt. */
export interface RecordKey extends LeaseRef {
  readonly worker: string;
  /** Of a result or a point of a learning curve: the trial whose it was. Then nobody holds the lease. */
  readonly reusedFrom?: ReusedFrom | undefined;
}
