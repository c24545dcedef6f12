import type { Measured } from '../budget/speed.ts';
import type { Space } from '../space/space.ts';
import type { AskedLevels } from '../study/asked-configurations.ts';
import type { AdaptiveReplicas, Search } from '../study/search.ts';
import type { Study, StudyFactor } from '../study/study.ts';
import type { FailureKind } from '../trial/states.ts';
import type { Placed, ReusedFrom } from '../trial/trial.ts';
import type { Quarantine } from '../worker-health/health.ts';

/**
 * Everything that ever happens to a cluster, as plain JSON: the event log is these, in order. `at` is Unix milliseconds by the
 * coordinator's clock. Events state facts and are never re-validated: replay is `evolve` over all of them.
 */
export type SweepEvent =
  | { readonly type: 'leadership-taken'; readonly epoch: number; readonly holder: string; readonly at: number }
  | {
      readonly type: 'sweep-submitted';
      readonly sweepId: string;
      readonly requestId: string;
      readonly study: Study;
      readonly studyYaml: string;
      readonly user?: string;
      /** Cells that the constraint keeps, seeds included. */
      readonly total: number;
      readonly at: number;
    }
  | {
      readonly type: 'trial-leased';
      readonly sweepId: string;
      readonly cell: number;
      readonly attempt: number;
      readonly leaseId: string;
      readonly worker: string;
      readonly epoch: number;
      readonly placed?: Placed;
      readonly at: number;
    }
  | {
      /** A trial ran out of memory: such trials need more than so many bytes. */
      readonly type: 'memory-learned';
      readonly memoryClass: string;
      readonly moreThanBytes: number;
      readonly at: number;
    }
  | { readonly type: 'trial-started'; readonly sweepId: string; readonly cell: number; readonly at: number }
  | {
      /** An attempt ended without a result and the cell waits for the next one. */
      readonly type: 'attempt-lost';
      readonly sweepId: string;
      readonly cell: number;
      readonly kind: FailureKind;
      readonly message: string;
      readonly worker: string;
      /** The worker has said so itself. */
      readonly reported?: true;
      readonly at: number;
    }
  | {
      readonly type: 'trial-succeeded';
      readonly sweepId: string;
      readonly cell: number;
      readonly attempt: number;
      readonly worker: string;
      readonly contentHash: string;
      /** Absent: it was trained for this cell. */
      readonly reusedFrom?: ReusedFrom;
      /** How fast it was; absent where its place is unknown. */
      readonly measured?: Measured & { readonly key: string };
      /** The metric that the sweep's search goes by; absent without one. */
      readonly objective?: number;
      readonly at: number;
    }
  | {
      readonly type: 'trial-failed';
      readonly sweepId: string;
      readonly cell: number;
      readonly attempt: number;
      readonly kind: FailureKind;
      readonly message: string;
      readonly worker: string;
      readonly reported?: true;
      readonly at: number;
    }
  | {
      /** See worker-health/health.ts. */
      readonly type: 'worker-quarantined';
      readonly worker: string;
      readonly quarantine: Quarantine;
      readonly at: number;
    }
  | { readonly type: 'worker-trusted'; readonly worker: string; readonly at: number }
  | {
      /** A value that the rule for early stopping goes by. */
      readonly type: 'score-reported';
      readonly sweepId: string;
      readonly cell: number;
      readonly trainEpoch: number;
      readonly value: number;
      readonly at: number;
    }
  | {
      /** A trial was ended because others did better. */
      readonly type: 'trial-stopped';
      readonly sweepId: string;
      readonly cell: number;
      readonly attempt: number;
      readonly trainEpoch: number;
      readonly value: number;
      readonly reason: string;
      readonly worker: string;
      readonly at: number;
    }
  | {
      /** The study was replaced; see edit-plan.ts. What nobody works on and the new one does not have is withdrawn. */
      readonly type: 'sweep-edited';
      readonly sweepId: string;
      readonly requestId: string;
      /** Over the factors of all editions. */
      readonly study: Study;
      readonly studyYaml: string;
      /** Cells that wait from now on, and that wait no more. */
      readonly added: number;
      readonly withdrawn: number;
      /** Cells whose running attempts are ended by this. */
      readonly cancelled: readonly number[];
      readonly at: number;
    }
  | {
      /** The sweep starts nothing more, until its budget is raised. */
      readonly type: 'budget-exhausted';
      readonly sweepId: string;
      readonly reason: string;
      readonly at: number;
    }
  | {
      /** An attempt at a cell that an edit has taken away was lost: it is not tried again. */
      readonly type: 'trial-withdrawn';
      readonly sweepId: string;
      readonly cell: number;
      readonly attempt: number;
      readonly worker: string;
      readonly at: number;
    }
  | { readonly type: 'sweep-cancelled'; readonly sweepId: string; readonly requestId: string; readonly at: number }
  | {
      /** No further cell starts until it is resumed; what runs goes on. */
      readonly type: 'sweep-paused' | 'sweep-resumed';
      readonly sweepId: string;
      readonly requestId: string;
      readonly at: number;
    }
  | {
      /** Failed trials of these kinds (empty: of all) wait again, without strikes; a completed sweep is active again. */
      readonly type: 'failed-trials-retried';
      readonly sweepId: string;
      readonly requestId: string;
      readonly kinds: readonly FailureKind[];
      readonly at: number;
    }
  | {
      /** A search goes on: the study's configurations from now on, those before them first. */
      readonly type: 'configurations-proposed';
      readonly sweepId: string;
      readonly factors: readonly StudyFactor[];
      readonly space: Space;
      readonly search: Search;
      readonly added: number;
      /** Why these, for people. */
      readonly reason: string;
      readonly at: number;
    }
  | {
      /** An outside program has asked for a configuration. */
      readonly type: 'configuration-asked';
      readonly sweepId: string;
      readonly requestId: string;
      readonly gridIndex: number;
      /** Absent: the sweep had it already. */
      readonly levels?: AskedLevels;
      readonly at: number;
    }
  | {
      /** More seeds for rows that are not decided yet. */
      readonly type: 'replicas-granted';
      readonly sweepId: string;
      readonly search: AdaptiveReplicas;
      readonly cells: number;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly type: 'search-ended'; readonly sweepId: string; readonly requestId: string; readonly at: number }
  | { readonly type: 'sweep-completed'; readonly sweepId: string; readonly at: number };
