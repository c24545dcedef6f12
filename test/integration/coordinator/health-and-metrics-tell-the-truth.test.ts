import { randomUUID } from 'node:crypto';
import { type Client, credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RPC_METHODS } from '../../../coordinator/grpc/methods.ts';
import { METRIC_DEFINITIONS } from '../../../coordinator/metrics/definitions.ts';
import { FAILURE_KINDS, TRIAL_STATES } from '../../../core/trial/states.ts';
import { loadTickworkProto } from '../../../proto/load.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

type HealthClient = Client & {
  check(request: { service: string }, callback: (error: ServiceError | null, reply?: { status: string }) => void): void;
  watch(request: { service: string }): AsyncIterable<{ status: string }> & { cancel(): void };
};
const HealthClientOf = makeGenericClientConstructor(healthService, 'Health');

let cluster: Cluster;
let coordinator: RunningCoordinator;
beforeAll(async () => {
  cluster = await startCluster();
  coordinator = await cluster.startCoordinator({ reflection: true });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const scrape = async (): Promise<string> => (await fetch(`${coordinator.http}/metrics`)).text();

/** Value of one series, labels in the order of the definition. */
function seriesValue(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  if (!line) throw new Error(`Expected the series ${series}, got none.`);
  return Number(line.slice(series.length + 1));
}

describe('the metrics page', () => {
  it('has every metric that is defined, with its help and its labels, before anything has happened', async () => {
    const text = await scrape();
    for (const [name, { type, help }] of Object.entries(METRIC_DEFINITIONS)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
    for (const kind of FAILURE_KINDS) expect(seriesValue(text, `tickwork_attempts_lost_total{kind="${kind}"}`)).toBe(0);
    for (const method of RPC_METHODS)
      expect(text).toContain(`tickwork_grpc_requests_total{method="${method}",code="OK"}`);
    expect(seriesValue(text, 'tickwork_leases_granted_total')).toBe(0);
    expect(seriesValue(text, 'tickwork_leases_expired_total')).toBe(0);
    expect(seriesValue(text, 'tickwork_nats_connected')).toBe(1);
    expect(seriesValue(text, 'tickwork_leader_epoch')).toBe(1);
  });

  it('names each RPC of the .proto files', () => {
    const services = loadTickworkProto();
    const methods = [
      services.SweepService,
      services.ResultService,
      services.ClusterService,
      services.WorkerService,
      services.SearchService,
    ].flatMap(({ service }) => Object.keys(service));
    expect([...RPC_METHODS].sort()).toEqual(methods.sort());
  });

  it('follows a sweep, and its series are these', async () => {
    await using publisher = await connectPublisher(cluster.nats);
    await using worker = startRawWorker(coordinator.grpc, { slots: 2 });
    worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
    await coordinator.client.submitSweep({
      requestId: randomUUID(),
      studyYaml: smallStudyYaml({ configs: ['A', 'B', 'C'] }),
    });
    const first = (await worker.assignment(0)).lease;
    await worker.assignment(1);
    await publisher.report(first);
    await publisher.result(first, { durationMs: 2_000 });
    await worker.receipt(`small-1.${first.cell}.1.result`);
    await worker.assignment(2);
    const text = await scrape();
    const own = text
      .split('\n')
      .filter(
        (line) => line.startsWith('tickwork_') && !/^tickwork_(process|nodejs)_/.test(line) && !/_bucket\{/.test(line),
      )
      .map((line) => line.replace(/ \S+$/, ''))
      .filter((series) => !series.startsWith('tickwork_grpc_') && !series.startsWith('tickwork_build_info'));
    expect(own).toMatchInlineSnapshot(`
      [
        "tickwork_trials{state="pending"}",
        "tickwork_trials{state="leased"}",
        "tickwork_trials{state="running"}",
        "tickwork_trials{state="succeeded"}",
        "tickwork_trials{state="failed"}",
        "tickwork_trials{state="cancelled"}",
        "tickwork_trials{state="stopped"}",
        "tickwork_trials{state="blocked"}",
        "tickwork_sweeps{state="active"}",
        "tickwork_sweeps{state="completed"}",
        "tickwork_sweeps{state="cancelled"}",
        "tickwork_sweep_trials{sweep="small-1",state="pending"}",
        "tickwork_sweep_trials{sweep="small-1",state="leased"}",
        "tickwork_sweep_trials{sweep="small-1",state="running"}",
        "tickwork_sweep_trials{sweep="small-1",state="succeeded"}",
        "tickwork_sweep_trials{sweep="small-1",state="failed"}",
        "tickwork_sweep_trials{sweep="small-1",state="cancelled"}",
        "tickwork_sweep_trials{sweep="small-1",state="stopped"}",
        "tickwork_sweep_trials{sweep="small-1",state="blocked"}",
        "tickwork_attempts_lost_total{kind="diverged"}",
        "tickwork_attempts_lost_total{kind="out_of_memory"}",
        "tickwork_attempts_lost_total{kind="user_error"}",
        "tickwork_attempts_lost_total{kind="infrastructure"}",
        "tickwork_attempts_lost_total{kind="preempted"}",
        "tickwork_attempts_lost_total{kind="timed_out"}",
        "tickwork_attempts_lost_total{kind="cancelled"}",
        "tickwork_leases_granted_total",
        "tickwork_leases_expired_total",
        "tickwork_lease_wait_seconds_sum",
        "tickwork_lease_wait_seconds_count",
        "tickwork_trial_duration_seconds_sum",
        "tickwork_trial_duration_seconds_count",
        "tickwork_records_received_total{kind="result"}",
        "tickwork_records_received_total{kind="failure"}",
        "tickwork_records_received_total{kind="report"}",
        "tickwork_records_received_total{kind="malformed"}",
        "tickwork_records_settled_total{disposition="committed"}",
        "tickwork_records_settled_total{disposition="repeat"}",
        "tickwork_records_settled_total{disposition="superseded"}",
        "tickwork_records_settled_total{disposition="quarantined"}",
        "tickwork_records_settled_total{disposition="malformed"}",
        "tickwork_record_commit_seconds_sum",
        "tickwork_record_commit_seconds_count",
        "tickwork_results_reused_total",
        "tickwork_results",
        "tickwork_results_quarantined",
        "tickwork_workers{state="connected"}",
        "tickwork_workers{state="draining"}",
        "tickwork_workers{state="lost"}",
        "tickwork_slots{use="busy"}",
        "tickwork_slots{use="free"}",
        "tickwork_worker_slot_use_ratio{worker="scripted"}",
        "tickwork_worker_images_per_second{worker="scripted"}",
        "tickwork_worker_outbox_records{worker="scripted"}",
        "tickwork_leader_epoch",
        "tickwork_event_log_sequence",
        "tickwork_replay_seconds",
        "tickwork_nats_connected",
      ]
    `);
    expect(seriesValue(text, 'tickwork_leases_granted_total')).toBe(3);
    expect(seriesValue(text, 'tickwork_lease_wait_seconds_count')).toBe(3);
    expect(seriesValue(text, 'tickwork_records_received_total{kind="result"}')).toBe(1);
    expect(seriesValue(text, 'tickwork_records_received_total{kind="report"}')).toBe(1);
    expect(seriesValue(text, 'tickwork_records_settled_total{disposition="committed"}')).toBe(2);
    expect(seriesValue(text, 'tickwork_trial_duration_seconds_sum')).toBe(2);
    expect(seriesValue(text, 'tickwork_results')).toBe(1);
    expect(seriesValue(text, 'tickwork_slots{use="busy"}')).toBe(2);
    expect(seriesValue(text, 'tickwork_workers{state="connected"}')).toBe(1);
    const byState = Object.fromEntries(
      TRIAL_STATES.map((state) => [state, seriesValue(text, `tickwork_trials{state="${state}"}`)]),
    );
    expect(byState).toEqual({
      pending: 0,
      leased: 2,
      running: 0,
      succeeded: 1,
      failed: 0,
      cancelled: 0,
      stopped: 0,
      blocked: 0,
    });
    expect(seriesValue(text, 'tickwork_grpc_requests_total{method="SubmitSweep",code="OK"}')).toBe(1);
  });
});

describe('the health service', () => {
  it('says SERVING for each service while it serves, and NOT_SERVING before it ends', async () => {
    const client = new HealthClientOf(coordinator.grpc, credentials.createInsecure()) as unknown as HealthClient;
    const check = (service: string) =>
      new Promise((resolve, reject) =>
        client.check({ service }, (error, reply) => (error ? reject(error) : resolve(reply?.status))),
      );
    for (const service of ['', 'tickwork.v1.SweepService', 'tickwork.v1.WorkerService'])
      expect(await check(service)).toBe('SERVING');
    await expect(check('tickwork.v1.Nothing')).rejects.toMatchObject({ code: 5 });
    const seen: string[] = [];
    const call = client.watch({ service: '' });
    const watching = (async () => {
      for await (const { status } of call) seen.push(status);
    })().catch(() => undefined);
    await expect.poll(() => seen).toEqual(['SERVING']);
    await coordinator.stop();
    call.cancel();
    await watching;
    expect(seen).toEqual(['SERVING', 'NOT_SERVING']);
    client.close();
  });
});

describe('reflection', () => {
  const asked = async (reflection: boolean): Promise<string> => {
    const running = await cluster.startCoordinator({ reflection, grpcPort: 0, httpPort: 0 });
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const identity = (bytes: Buffer): Buffer => bytes;
    const client = new (makeGenericClientConstructor({}, 'Any'))(running.grpc, credentials.createInsecure());
    const call = client.makeBidiStreamRequest(path, identity, identity);
    // ServerReflectionRequest { list_services: "" }
    call.write(Buffer.from([0x3a, 0x00]));
    call.end();
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of call as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks).toString('latin1');
    } finally {
      client.close();
      await running.stop();
    }
  };

  it('lists the services when it is asked for, and is not there otherwise', async () => {
    expect(await asked(true)).toContain('tickwork.v1.SweepService');
    await expect(asked(false)).rejects.toMatchObject({ code: 12 });
  });
});
