import { TickworkError } from '../../core/errors.ts';
import { firstLabels, levelCount } from '../../core/study/levels.ts';
import { metricNames } from '../../core/study/metric-names.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import { createGrouping, type IndexRange } from '../../core/table/grouping.ts';
import { type Outline, outlineOf, type RowOutline } from '../../core/table/outline.ts';
import { createPairing } from '../../core/table/pairing.ts';
import { RENDERERS } from '../../core/table/render/renderers.ts';
import { buildTable, type Table as DomainTable } from '../../core/table/table.ts';
import { tableFormatCodec } from '../../proto/enums.ts';
import type { GetTableRequest__Output } from '../../proto/generated/tickwork/v1/GetTableRequest.ts';
import type { Report } from '../../proto/generated/tickwork/v1/Report.ts';
import { parseTrialName, sweepName } from '../../proto/resource-names.ts';
import type { Api } from './api.ts';
import { follow } from './changes.ts';
import { toTableMessage } from './messages/table.ts';
import { toMetricMessages } from './messages/trial.ts';
import { decodeCountToken, decodePageToken, encodePageToken, invalidPageToken, pageSizeOf } from './page-token.ts';
import { invalidArgument, requireSweep } from './require-sweep.ts';
import { type ApiDeps, nextOf } from './sweep-api.ts';

type TableApi = Pick<Api, 'getTable' | 'watchTable' | 'exportTable' | 'listReports'>;

const WATCH_INTERVAL_MS = 1000;
const CHUNK_BYTES = 512 * 1024;
const PARQUET_MEDIA_TYPE = 'application/vnd.apache.parquet';

export function createTableApi({ ledger, store, changes, clock }: ApiDeps): TableApi {
  type Request = Pick<GetTableRequest__Output, 'parent' | 'groupBy' | 'metrics'>;

  /** @param choose the rows to build, of the outline of the table. */
  async function build(request: Request, choose: (outline: Outline) => readonly RowOutline[]) {
    const sweep = requireSweep(ledger, request.parent, 'parent');
    const { study, grid } = sweep;
    const grouping = createGrouping(study, grid, request.groupBy);
    const metrics = metricsOf(sweep, request.metrics);
    const pairing = createPairing(study, grid);
    const outline = outlineOf(sweep, grouping);
    const rows = choose(outline);
    const within = outline.isWhole ? rangeOf(rows) : undefined;
    const [aggregates, differences] = await Promise.all([
      store.aggregate(sweep.id, grouping, metrics, within),
      pairing ? store.aggregateDifferences(sweep.id, grouping, pairing, metrics, within) : [],
    ]);
    return { sweep, table: buildTable(sweep, grouping, metrics, aggregates, differences, rows) };
  }

  const allRows = (outline: Outline): readonly RowOutline[] => outline.rows(0, Number.POSITIVE_INFINITY).rows;

  async function page(request: GetTableRequest__Output) {
    const purpose = `table ${request.parent} ${request.groupBy.join()} ${request.metrics.join()}`;
    const start = decodeCountToken(purpose, request.pageToken) ?? 0;
    const size = pageSizeOf(request.pageSize, 100, 1000);
    let next: number | undefined;
    const { sweep, table } = await build(request, (outline) => {
      const found = outline.rows(start, size);
      next = found.next;
      return found.rows;
    });
    const nextPageToken = next === undefined ? '' : encodePageToken(purpose, next);
    return { sweep, message: toTableMessage(sweep.id, table, nextPageToken) };
  }

  return {
    getTable: async (request) => (await page(request)).message,

    async *watchTable({ table, minIntervalMs }, { signal }) {
      if (!table) throw invalidArgument('table', 'Expected table to be given, got nothing.');
      let seen = -1;
      const snapshot = async () => {
        const { sweep, message } = await page(table);
        const isNew = Number(message.revision) !== seen;
        seen = Number(message.revision);
        return { value: isNew ? message : undefined, next: nextOf(sweep) };
      };
      yield* follow(snapshot, changes, clock, minIntervalMs || WATCH_INTERVAL_MS, signal);
    },

    async *exportTable({ table: request, format: wireFormat, allowIncomplete }) {
      if (!request) throw invalidArgument('table', 'Expected table to be given, got nothing.');
      const format = tableFormatCodec.decode(wireFormat);
      if (!format)
        throw invalidArgument('format', `Expected format to be one of the table formats, got ${wireFormat}.`);
      const { sweep, table } = await build(request, allRows);
      if (!table.complete && !allowIncomplete) throw incomplete(sweep, table);
      // CSV and Parquet have no place for a remark, so the name says it for all.
      const fileName = `${sweep.id}${table.complete ? '' : '-incomplete'}`;
      if (format === 'parquet') {
        const factors = sweep.study.factors.map((factor, i) => ({
          name: factor.name,
          labels: firstLabels(factor, levelCount(factor)),
          locator: sweep.grid.locator(i),
        }));
        const bytes = await store.exportParquet(sweep.id, factors);
        yield* chunks(Buffer.from(bytes), PARQUET_MEDIA_TYPE, `${fileName}.parquet`);
        return;
      }
      const { render, mediaType, extension } = RENDERERS[format];
      yield* chunks(Buffer.from(render(table, sweepName(sweep.id))), mediaType, `${fileName}.${extension}`);
    },

    async listReports({ parent, pageSize, pageToken }) {
      const trial = parseTrialName(parent);
      const sweep = requireSweep(ledger, trial ? sweepName(trial.sweepId) : parent, 'parent');
      const limit = pageSizeOf(pageSize, 1000, 10_000);
      const purpose = `reports ${parent}`;
      const after = afterOf(decodePageToken(purpose, pageToken));
      const points = await store.reports({
        sweepId: sweep.id,
        ...(trial ? { cells: [trial.cell] } : {}),
        ...(after ? { after } : {}),
        limit: limit + 1,
      });
      const shown = points.slice(0, limit);
      const last = points.length > limit ? shown.at(-1) : undefined;
      return {
        reports: shown.map((point): Report => ({ ...point, metrics: toMetricMessages(point.metrics) })),
        nextPageToken: last ? encodePageToken(purpose, `${last.cell}.${last.attempt}.${last.trainEpoch}`) : '',
      };
    },
  };
}

/** An empty one for no rows. @param rows each of one configuration, in their order. */
function rangeOf(rows: readonly RowOutline[]): IndexRange {
  return { from: rows[0]?.first ?? 0, to: rows.at(-1)?.first ?? -1 };
}

/** @throws TickworkError PAGE_TOKEN_INVALID */
function afterOf(
  position: string | number | undefined,
): { cell: number; attempt: number; trainEpoch: number } | undefined {
  if (position === undefined) return undefined;
  const match = /^(\d{1,15})\.(\d{1,9})\.(\d{1,9})$/.exec(String(position));
  if (!match) throw invalidPageToken();
  return { cell: Number(match[1]), attempt: Number(match[2]), trainEpoch: Number(match[3]) };
}

function metricsOf(sweep: SweepState, requested: readonly string[]): string[] {
  const { isMetric, metrics } = metricNames(sweep.study.command !== undefined);
  const names = requested.length > 0 ? requested : sweep.study.table.metrics;
  return names.map((name, i) => {
    if (isMetric(name)) return name;
    throw invalidArgument(`metrics[${i}]`, `Expected a metric (${metrics}), got ${JSON.stringify(name)}.`);
  });
}

function incomplete(sweep: SweepState, table: DomainTable): TickworkError {
  const n = table.rows.reduce((total, row) => total + row.n, 0);
  const expected = table.rows.reduce((total, row) => total + row.expected, 0);
  const { failed } = sweep.counts;
  return new TickworkError(
    'TABLE_INCOMPLETE',
    `Expected every cell of ${sweep.id} to have a result, got ${n} of ${expected}${failed > 0 ? ` (${failed} failed)` : ''}. Wait for the sweep, or allow an incomplete table.`,
  );
}

function* chunks(bytes: Buffer, mediaType: string, fileName: string) {
  yield { data: bytes.subarray(0, CHUNK_BYTES), mediaType, fileName };
  for (let at = CHUNK_BYTES; at < bytes.length; at += CHUNK_BYTES) yield { data: bytes.subarray(at, at + CHUNK_BYTES) };
}
