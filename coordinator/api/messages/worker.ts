import type { WorkerHealth } from '../../../core/worker-health/health.ts';
import type { Worker } from '../../../proto/generated/tickwork/v1/Worker.ts';
import { workerName } from '../../../proto/resource-names.ts';
import type { LiveLease } from '../../sessions/lease-book.ts';
import { wireLease } from '../../sessions/lease-message.ts';
import type { KnownWorker } from '../../sessions/registry.ts';
import { toTimestamp } from './timestamp.ts';

export function toWorkerMessage(
  { session, connected }: KnownWorker,
  running: readonly LiveLease[],
  { quarantine }: WorkerHealth,
  now: number,
): Worker {
  const { hello } = session;
  return {
    name: workerName(session.worker),
    state: !connected ? 'WORKER_STATE_LOST' : session.draining ? 'WORKER_STATE_DRAINING' : 'WORKER_STATE_CONNECTED',
    host: hello.host,
    pid: hello.pid,
    softwareVersion: hello.softwareVersion,
    slots: hello.slots,
    devices: hello.devices,
    labels: hello.labels,
    ...(quarantine ? { quarantineReason: quarantine.reason, quarantineEndTime: toTimestamp(quarantine.until) } : {}),
    running: running.map((lease) => ({
      lease: wireLease(lease),
      ...(lease.progress ? { progress: lease.progress } : {}),
    })),
    outboxRecords: session.outboxRecords,
    connectTime: toTimestamp(session.connectedAt),
    lastHeardTime: toTimestamp(session.lastHeardAt),
    slotUse: session.slotUse.ratio(now),
  };
}
