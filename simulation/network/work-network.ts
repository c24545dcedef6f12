import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { toStatus } from '../../coordinator/grpc/status.ts';
import type { AcceptWork, WorkListener } from '../../coordinator/sessions/work-connection.ts';
import { ANYONE } from '../../core/access/identity.ts';
import { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { WorkCall, WorkCallListener, WorkCalls } from '../../worker/coordinator-stream/work-call.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { createPipe } from './pipe.ts';
import { createSuspicion } from './suspicion.ts';
import type { Topology } from './topology.ts';
import type { WorkCodec } from './work-messages.ts';

/** WorkerService.Work between simulated processes: calls that break, hang and are cut, on both sides at different times. */
export interface WorkNetwork {
  /** A coordinator takes calls at this address from now on, for as long as it lives. @returns the end of it. */
  serve(address: string, coordinator: Process, accept: AcceptWork): () => void;
  /** @param addresses of coordinators, at least one. */
  calls(worker: Process, addresses: readonly string[]): WorkCalls;
  /** Resets every call of a worker's machine, as a router does that forgets its connections. */
  reset(machine: string): void;
}

/** What happens on the wire, for whoever checks it. */
export interface WorkWatch {
  heard(coordinator: Process, worker: Process, message: WorkerMessage): void;
  said(coordinator: Process, worker: Process, message: CoordinatorMessage): void;
}

export interface WorkNetworkDeps {
  readonly scheduler: Scheduler;
  readonly topology: Topology;
  readonly random: Random;
  readonly codec: WorkCodec;
  readonly watch: WorkWatch;
  /** What a worker receives instead of a message that was sent to it. */
  readonly alter: (worker: Process, message: CoordinatorMessage) => readonly CoordinatorMessage[];
  readonly logger: Logger;
}

interface Server {
  readonly address: string;
  readonly process: Process;
  readonly accept: AcceptWork;
  /** Ends its calls. */
  readonly calls: Set<(error: unknown) => void>;
}

type Upward =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'end' }
  | { readonly kind: 'cancelled' };
type Downward =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'status'; readonly status: StatusObject };

const CONNECT_TRIES = 20;

const shuttingDown = (): TickworkError =>
  new TickworkError('NOT_READY', 'Expected a coordinator that leads, got one that is shutting down.');

const unavailableStatus = (details: string): StatusObject => ({
  code: status.UNAVAILABLE,
  details,
  metadata: new Metadata(),
});

export function createWorkNetwork(deps: WorkNetworkDeps): WorkNetwork {
  const { scheduler, topology, random, codec, watch, alter, logger } = deps;
  let servers: readonly Server[] = [];
  const open = new Map<Process, Set<() => void>>();

  function openCall(worker: Process, address: string, listener: WorkCallListener): WorkCall {
    const ended = deferred<StatusObject>();
    const early: Upward[] = [];
    let over = false;
    let finishing = false;
    let push: (item: Upward) => void = (item) => void early.push(item);
    let breakServer = (): void => {};

    function end(reply: StatusObject): void {
      if (over) return;
      over = true;
      open.get(worker)?.delete(reset);
      worker.enter(() => ended.resolve(reply));
    }
    const unavailable = (details: string): void => end(unavailableStatus(details));
    function reset(): void {
      unavailable('connection reset');
      breakServer();
    }

    function dial(tries: number): void {
      if (over) return;
      // Whoever has the name last is found first, but not by everybody.
      const living = servers.filter((server) => server.address === address && server.process.alive);
      const server = living.length > 1 && random.chance(0.3) ? living[0] : living.at(-1);
      if (server === undefined) return unavailable('connection refused');
      if (topology.connects(worker.machine.name, server.process.machine.name)) return connect(server);
      if (tries === 0) return unavailable('no answer');
      worker.enter(() => dial(tries - 1), 1_000);
    }

    function connect(server: Server): void {
      const { process: coordinator, accept, calls } = server;
      const line = { scheduler, topology, random };
      const ends = { topology, random };
      let serving = true;
      let service: WorkListener | undefined;

      const down = createPipe<Downward>({
        ...line,
        from: coordinator.machine.name,
        to: worker,
        deliver(item) {
          if (over) return;
          if (item.kind === 'status') return end(item.status);
          listener.onMessage(codec.decodeReply(item.bytes));
        },
      });
      const up = createPipe<Upward>({
        ...line,
        from: worker.machine.name,
        to: coordinator,
        deliver(item) {
          if (!serving) return;
          if (item.kind === 'end') return endServer();
          if (item.kind === 'cancelled') return closeServer();
          const message = codec.decodeRequest(item.bytes);
          watch.heard(coordinator, worker, message);
          try {
            const wait = service?.onMessage(message);
            return wait?.catch(endServer);
          } catch (error) {
            endServer(error);
          }
        },
      });

      function closeServer(): void {
        if (!serving) return;
        serving = false;
        calls.delete(endServer);
        up.close();
        if (!worker.alive) down.close();
        service?.onClosed();
      }
      function endServer(error?: unknown): void {
        if (!serving) return;
        const reply =
          error === undefined
            ? { code: status.OK, details: '', metadata: new Metadata() }
            : toStatus(error, 'Work', logger);
        down.push({ kind: 'status', status: reply });
        closeServer();
      }

      coordinator.enter(() => {
        if (!servers.includes(server)) return endServer(shuttingDown());
        calls.add(endServer);
        service = accept({
          identity: ANYONE,
          get open() {
            return serving;
          },
          send(message) {
            if (!serving) return false;
            watch.said(coordinator, worker, message);
            for (const altered of alter(worker, message))
              down.push({ kind: 'message', bytes: codec.encodeReply(altered) });
            return true;
          },
          end: endServer,
        });
        createSuspicion({
          ...ends,
          here: coordinator,
          there: worker,
          onLost() {
            down.push({ kind: 'status', status: unavailableStatus('keepalive timeout of the server') });
            closeServer();
          },
        });
      });
      const suspicion = createSuspicion({
        ...ends,
        here: worker,
        there: coordinator,
        onLost() {
          push({ kind: 'cancelled' });
          unavailable('keepalive timeout');
        },
      });
      breakServer = () => coordinator.enter(closeServer);
      push = up.push;
      for (const item of early.splice(0)) push(item);
      void ended.promise.then(() => {
        down.close();
        suspicion.close();
      });
    }

    const calls = open.get(worker) ?? new Set();
    open.set(worker, calls.add(reset));
    worker.enter(() => dial(CONNECT_TRIES), random.between(1, 5));
    return {
      send(message) {
        if (over || finishing) return false;
        push({ kind: 'message', bytes: codec.encodeRequest(message) });
        return true;
      },
      ended: ended.promise,
      finish() {
        finishing = true;
        push({ kind: 'end' });
      },
      cancel() {
        push({ kind: 'cancelled' });
        end({ code: status.CANCELLED, details: 'Cancelled on client', metadata: new Metadata() });
      },
    };
  }

  return {
    serve(address, process, accept) {
      const server = { address, process, accept, calls: new Set<(error: unknown) => void>() };
      servers = [...servers, server];
      return () => {
        servers = servers.filter((other) => other !== server);
        for (const end of [...server.calls]) end(shuttingDown());
      };
    },
    calls(worker, addresses) {
      let at = 0;
      return {
        address: addresses.join(', '),
        coordinators: addresses.length,
        open: (listener) => openCall(worker, addresses[at] as string, listener),
        turn() {
          at = (at + 1) % addresses.length;
        },
        close: () => {},
      };
    },
    reset(machine) {
      for (const [worker, calls] of open) {
        if (worker.machine.name === machine) for (const reset of [...calls]) reset();
      }
    },
  };
}
