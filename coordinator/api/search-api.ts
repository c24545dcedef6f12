import { TickworkError } from '../../core/errors.ts';
import { readAsked } from '../../core/study/asked-configurations.ts';
import { pathText } from '../../core/study/yaml-positions.ts';
import { cellsFrom, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { isFinished } from '../../core/trial/trial.ts';
import type { Report } from '../../proto/generated/tickwork/v1/Report.ts';
import type { Trial } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { ReportPoint } from '../ports.ts';
import type { Api } from './api.ts';
import { follow } from './changes.ts';
import { toSweepMessage } from './messages/sweep.ts';
import { toMetricMessages, toTrialMessage } from './messages/trial.ts';
import { checkRequestId, DEADLINE, invalidArgument, requireCell, requireSweep } from './require-sweep.ts';
import { type ApiDeps, nextOf } from './sweep-api.ts';

type SearchApi = Pick<Api, 'ask' | 'watchOutcomes' | 'tellPruned' | 'endSearch'>;

const WATCH_INTERVAL_MS = 200;
/** Reports and ends in one message of a stream. */
const MAX_REPORTS = 2_000;
const MAX_ENDED = 500;
const MAX_REASON = 1_000;

/** Ask and tell: the sweep's configurations come from a program outside, and what became of them goes back to it. */
export function createSearchApi({ ledger, store, changes, clock }: ApiDeps): SearchApi {
  const sweepOf = (id: string): SweepState => ledger.state.sweeps.get(id) as SweepState;

  async function endedTrials(sweep: SweepState, cells: readonly number[]): Promise<Trial[]> {
    if (cells.length === 0) return [];
    const results = await store.results(sweep.id, cells);
    return cells.map((cell) => toTrialMessage(sweep, cell, { result: results.get(cell) }));
  }

  return {
    async ask({ requestId, parent, parametersJson }) {
      checkRequestId(requestId);
      const { id, study } = requireSweep(ledger, parent, 'parent');
      const { search } = study;
      if (search?.kind !== 'ask')
        throw invalidArgument(
          'parent',
          `Expected a sweep whose study says sampler: { ask: … }, got ${parent}, which draws its configurations itself.`,
        );
      const read = readAsked(study, search, parseParameters(parametersJson));
      if ('complaints' in read) throw refused(read.complaints);
      const { asked } = await ledger.submit(
        { type: 'ask-configuration', requestId, sweepId: id, levels: read.levels },
        DEADLINE,
      );
      const sweep = sweepOf(id);
      const { gridIndex, known } = asked as NonNullable<typeof asked>;
      const cells = sweep.grid.seeds.map((_, seedIndex) => sweep.grid.cellOf(gridIndex, seedIndex));
      return { trials: await endedTrials(sweep, cells), known };
    },

    async *watchOutcomes({ parent, minIntervalMs }, { signal }) {
      const { id } = requireSweep(ledger, parent, 'parent');
      /** The last report that was sent of each cell. */
      const reported = new Map<number, ReportPoint>();
      const ended = new Set<number>();
      const snapshot = async () => {
        const sweep = sweepOf(id);
        const reports: ReportPoint[] = [];
        const over: number[] = [];
        for (const cell of cellsFrom(sweep, 0)) {
          const trial = trialOf(sweep, cell);
          // What is reused has ended without an attempt.
          if (ended.has(cell) || (trial.attempt === 0 && trial.state !== 'succeeded')) continue;
          // Rows are durable before the state says that a trial has ended: its last report is among them.
          const after = reported.get(cell);
          const limit = MAX_REPORTS - reports.length;
          const points = await store.reports({ sweepId: id, cells: [cell], ...(after ? { after } : {}), limit });
          reports.push(...points);
          const last = points.at(-1);
          if (last) reported.set(cell, last);
          if (reports.length === MAX_REPORTS) break;
          if (isFinished(trial)) over.push(cell);
          if (over.length === MAX_ENDED) break;
        }
        for (const cell of over) ended.add(cell);
        const more = reports.length === MAX_REPORTS || over.length === MAX_ENDED;
        const value =
          reports.length + over.length === 0
            ? undefined
            : { reports: reports.map(toReport), ended: await endedTrials(sweep, over) };
        return { value, next: more ? ('more' as const) : nextOf(sweep) };
      };
      yield* follow(snapshot, changes, clock, minIntervalMs || WATCH_INTERVAL_MS, signal);
    },

    async tellPruned({ name, reason, trainEpoch, value }) {
      const { sweep, cell } = requireCell(ledger, name, 'name');
      const why = reason.slice(0, MAX_REASON);
      await ledger.submit(
        {
          type: 'prune-trial',
          sweepId: sweep.id,
          cell,
          trainEpoch,
          value: value !== undefined && Number.isFinite(value) ? value : 0,
          reason: `Pruned by the program that asked for it${why === '' ? '' : `: ${why}`}`,
        },
        DEADLINE,
      );
      return toTrialMessage(sweepOf(sweep.id), cell);
    },

    async endSearch({ requestId, name }) {
      checkRequestId(requestId);
      const { id } = requireSweep(ledger, name, 'name');
      await ledger.submit({ type: 'end-search', requestId, sweepId: id }, DEADLINE);
      return toSweepMessage(sweepOf(id));
    },
  };
}

const toReport = (point: ReportPoint): Report => ({ ...point, metrics: toMetricMessages(point.metrics) });

/** @throws TickworkError ARGUMENT_INVALID */
function parseParameters(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalidArgument(
    'parameters_json',
    `Expected parameters_json to be a JSON object such as {"learningRate": 0.01}, got ${JSON.stringify(json.slice(0, 200))}.`,
  );
}

function refused(complaints: readonly { readonly path: readonly (string | number)[]; readonly message: string }[]) {
  const violations = complaints.map(({ path, message }) => ({
    field: pathText(['parameters_json', ...path]),
    message,
  }));
  const text = violations.map(({ field, message }) => `${field}: ${message}.`).join('\n');
  return new TickworkError('ARGUMENT_INVALID', text, { violations });
}
