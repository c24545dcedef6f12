import type { Api } from '../../coordinator/api/api.ts';
import { TickworkError } from '../../core/errors.ts';
import { type Deferred, deferred } from '../../runtime/deferred.ts';
import { countTrials, tableOf } from './scripted-table.ts';
import { type ScriptedSweep, type ScriptedWorld, vggSweep } from './vgg-demo-world.ts';

/** An API over a world in memory that a test changes by hand: for the gateway and the page, without coordinator or workers. */
export interface ScriptedApi extends Api {
  /** Tells every open stream that the world has changed; bumps the revision of `scripted`. */
  changed(scripted: ScriptedSweep): void;
  /** Makes the next call, or the next message of a stream, throw. */
  failNext(error: unknown): void;
  /** Streams that a client holds open now. */
  readonly openStreams: number;
  /** Requests as they arrived, oldest first. */
  readonly requests: readonly object[];
}

export function createScriptedApi(world: ScriptedWorld): ScriptedApi {
  const requests: object[] = [];
  let next: Deferred<void> = deferred();
  let failure: { readonly error: unknown } | undefined;
  let openStreams = 0;

  function take<Request extends object>(request: Request): Request {
    requests.push(request);
    throwIfScripted();
    return request;
  }

  function throwIfScripted(): void {
    const scripted = failure;
    failure = undefined;
    if (scripted) throw scripted.error;
  }

  function find(name: string): ScriptedSweep {
    const scripted = world.sweeps.find(({ sweep }) => sweep.name === name);
    if (!scripted) {
      throw new TickworkError(
        'SWEEP_NOT_FOUND',
        `Expected the name of a sweep, got ${JSON.stringify(name)}. List them with tickwork ls.`,
      );
    }
    scripted.sweep.counts = countTrials(scripted.trials);
    return scripted;
  }

  async function* watch<Message>(
    name: string,
    signal: AbortSignal,
    show: (scripted: ScriptedSweep) => Message,
  ): AsyncGenerator<Message> {
    const aborted = deferred<void>();
    signal.addEventListener('abort', () => aborted.resolve(), { once: true });
    openStreams++;
    try {
      while (!signal.aborted) {
        const change = next.promise;
        throwIfScripted();
        const scripted = find(name);
        yield show(scripted);
        if (scripted.sweep.state !== 'SWEEP_STATE_ACTIVE') return;
        await Promise.race([change, aborted.promise]);
      }
    } finally {
      openStreams--;
    }
  }

  return {
    changed({ sweep }) {
      sweep.revision = Number(sweep.revision) + 1;
      const woken = next;
      next = deferred();
      woken.resolve();
    },
    failNext(error) {
      failure = { error };
    },
    get openStreams() {
      return openStreams;
    },
    requests,

    async planSweep(request) {
      take(request);
      return { study: 'vgg-demo', title: 'VGG/8', cells: 14, configurations: 7, seeds: [1, 2], estimatedMacs: 1e12 };
    },
    async submitSweep(request) {
      take(request);
      world.sweeps.unshift(vggSweep('vgg-demo-new', new Date()));
      return find('sweeps/vgg-demo-new').sweep;
    },
    async getSweep(request) {
      return find(take(request).name).sweep;
    },
    async listSweeps(request) {
      const { items, nextPageToken } = page(world.sweeps, take(request), 50);
      return {
        sweeps: items.map(({ sweep }) => ({ ...find(String(sweep.name)).sweep, studyYaml: '' })),
        nextPageToken,
      };
    },
    watchSweep(request, { signal }) {
      return watch(take(request).name, signal, ({ sweep, trials }) => ({
        sweep,
        active: trials.filter(({ state }) => state === 'TRIAL_STATE_RUNNING' || state === 'TRIAL_STATE_LEASED'),
        finished: [],
      }));
    },
    async editSweep(request) {
      return { sweep: find(take(request).name).sweep, cellsAdded: 2, cellsKept: 14 };
    },
    async cancelSweep(request) {
      const scripted = find(take(request).name);
      return Object.assign(scripted.sweep, { state: 'SWEEP_STATE_CANCELLED' as const });
    },
    async pauseSweep(request) {
      return Object.assign(find(take(request).name).sweep, { paused: true });
    },
    async resumeSweep(request) {
      return Object.assign(find(take(request).name).sweep, { paused: false });
    },
    async retryFailed(request) {
      return find(take(request).name).sweep;
    },
    async getTrial(request) {
      const { name } = take(request);
      const trial = world.sweeps.flatMap(({ trials }) => trials).find((one) => one.name === name);
      if (!trial) throw new TickworkError('ARGUMENT_INVALID', `Expected the name of a trial, got ${name}.`);
      return trial;
    },
    async listTrials(request) {
      const wanted = take(request).state;
      const trials = find(request.parent).trials.filter(
        ({ state }) => wanted === 'TRIAL_STATE_UNSPECIFIED' || state === wanted,
      );
      const { items, nextPageToken } = page(trials, request, 50);
      return { trials: items, nextPageToken };
    },
    // The page asks for nothing of this.
    async ask(request) {
      take(request);
      return { trials: [], known: false };
    },
    watchOutcomes(request, { signal }) {
      return watch(take(request).parent, signal, () => ({ reports: [], ended: [] }));
    },
    async tellPruned(request) {
      return take(request);
    },
    async endSearch(request) {
      return find(take(request).name).sweep;
    },
    async getTable(request) {
      return tableOf(find(take(request).parent), request.groupBy);
    },
    watchTable(request, { signal }) {
      const table = take(request).table;
      return watch(table?.parent ?? '', signal, (scripted) => tableOf(scripted, table?.groupBy ?? []));
    },
    async *exportTable(request) {
      take(request);
      const table = tableOf(find(request.table?.parent ?? ''), request.table?.groupBy ?? []);
      yield { data: 'config,scale,n\n', mediaType: 'text/csv; charset=utf-8', fileName: 'vgg-demo.csv' };
      for (const row of table.rows ?? []) {
        throwIfScripted();
        yield { data: `${(row.levels ?? []).map((level) => level.label).join(',')},${row.n}\n` };
      }
    },
    async listReports(request) {
      const { items, nextPageToken } = page(find(take(request).parent).reports, request, 1000);
      return { reports: items, nextPageToken };
    },
    async listWorkers(request) {
      const { items, nextPageToken } = page(world.workers, take(request), 50);
      return { workers: items, nextPageToken };
    },
    async drainWorker(request) {
      const { name } = take(request);
      const worker = world.workers.find((one) => one.name === name);
      if (!worker) throw new TickworkError('ARGUMENT_INVALID', `Expected the name of a worker, got ${name}.`);
      return Object.assign(worker, { state: 'WORKER_STATE_DRAINING' as const });
    },
    async getStatus(request) {
      take(request);
      const slots = world.workers.reduce((sum, worker) => sum + Number(worker.slots), 0);
      return {
        softwareVersion: '0.1.0',
        workers: world.workers.length,
        slots,
        busySlots: slots,
        activeSweeps: 1,
        natsVersion: '2.12.1',
        durability: 'process crash; fsync every 60s',
        resultsCommitted: 26,
        startTime: { seconds: 1_790_000_000, nanos: 500_000_000 },
      };
    },
  };
}

/** Page tokens are plain offsets here. */
function page<Item>(items: readonly Item[], request: { pageSize: number; pageToken: string }, usual: number) {
  const start = Number(request.pageToken || 0);
  const end = start + (request.pageSize || usual);
  return { items: items.slice(start, end), nextPageToken: end < items.length ? String(end) : '' };
}
