import type { ClusterStatus__Output } from '../../../proto/generated/tickwork/v1/ClusterStatus.ts';
import type { ListReportsResponse__Output } from '../../../proto/generated/tickwork/v1/ListReportsResponse.ts';
import type { ListSweepsResponse__Output } from '../../../proto/generated/tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsResponse__Output } from '../../../proto/generated/tickwork/v1/ListTrialsResponse.ts';
import type { ListWorkersResponse__Output } from '../../../proto/generated/tickwork/v1/ListWorkersResponse.ts';
import type { Table__Output } from '../../../proto/generated/tickwork/v1/Table.ts';
import type { WatchSweepResponse__Output } from '../../../proto/generated/tickwork/v1/WatchSweepResponse.ts';
import { openEventStream } from './event-stream.ts';
import { ConnectionLost, checkAnswer } from './failures.ts';
import type { Json } from './json.ts';

export type ClusterStatus = Json<ClusterStatus__Output>;
export type SweepPage = Json<ListSweepsResponse__Output>;
export type Sweep = SweepPage['sweeps'][number];
export type TrialCounts = NonNullable<Sweep['counts']>;
export type SweepWatch = Json<WatchSweepResponse__Output>;
export type TrialPage = Json<ListTrialsResponse__Output>;
export type Trial = TrialPage['trials'][number];
export type Level = Trial['levels'][number];
export type Table = Json<Table__Output>;
export type TableRow = Table['rows'][number];
export type ReportPage = Json<ListReportsResponse__Output>;
export type Report = ReportPage['reports'][number];
export type WorkerPage = Json<ListWorkersResponse__Output>;
export type Worker = WorkerPage['workers'][number];

export type ExportFormat = 'csv' | 'latex' | 'markdown' | 'parquet';

/** The public HTTP API. Sweeps are named by resource name, `sweeps/{sweep}`. Every call throws ApiError or ConnectionLost. */
export interface Client {
  status(signal: AbortSignal): Promise<ClusterStatus>;
  workers(signal: AbortSignal): Promise<WorkerPage>;
  sweeps(pageSize: number, signal: AbortSignal): Promise<SweepPage>;
  /** With what a search has decided. */
  sweep(name: string, signal: AbortSignal): Promise<Sweep>;
  trials(sweep: string, query: { pageSize: number; state?: string }, signal: AbortSignal): Promise<TrialPage>;
  reports(sweep: string, pageSize: number, signal: AbortSignal): Promise<ReportPage>;
  watchSweep(sweep: string, signal: AbortSignal): AsyncIterable<SweepWatch>;
  watchTable(sweep: string, groupBy: readonly string[], signal: AbortSignal): AsyncIterable<Table>;
  exportUrl(sweep: string, groupBy: readonly string[], format: ExportFormat): string;
}

/** Rows of a table that the page shows at most; exports have all. */
export const TABLE_PAGE_SIZE = 1000;

export function createClient(): Client {
  const url = (path: string, query: Readonly<Record<string, string | number | undefined>> = {}): string => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const search = new URLSearchParams(
      Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    ).toString();
    return `/api/v1/${path}${search === '' ? '' : `?${search}`}`;
  };
  const get = async <Body>(address: string, signal: AbortSignal): Promise<Body> => {
    try {
      const response = await checkAnswer(await fetch(address, { signal, headers: { accept: 'application/json' } }));
      return (await response.json()) as Body;
    } catch (error) {
      throw error instanceof TypeError ? new ConnectionLost(error) : error;
    }
  };

  return {
    status: (signal) => get(url('status'), signal),
    workers: (signal) => get(url('workers', { pageSize: 1000 }), signal),
    sweeps: (pageSize, signal) => get(url('sweeps', { pageSize }), signal),
    sweep: (name, signal) => get(url(name), signal),
    trials: (sweep, query, signal) => get(url(`${sweep}/trials`, query), signal),
    reports: (sweep, pageSize, signal) => get(url(`${sweep}/reports`, { pageSize }), signal),
    watchSweep: (sweep, signal) => openEventStream<SweepWatch>(url(`${sweep}:watch`), signal),
    watchTable: (sweep, groupBy, signal) =>
      openEventStream<Table>(
        url(`${sweep}/table:watch`, { groupBy: groupBy.join(','), pageSize: TABLE_PAGE_SIZE }),
        signal,
      ),
    exportUrl: (sweep, groupBy, format) =>
      url(`${sweep}/table:export`, { format, groupBy: groupBy.join(','), allowIncomplete: 'true' }),
  };
}
