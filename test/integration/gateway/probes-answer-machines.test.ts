import { expect, test } from 'vitest';
import type { Readiness } from '../../../coordinator/gateway/probe-routes.ts';
import { rawRequest, startGateway } from '../../support/running-gateway.ts';

test('/healthz says 200 when ready and 503 with the reason when not', async () => {
  let readiness: boolean | Readiness = true;
  await using gateway = await startGateway({ ready: () => readiness });
  const ask = () => rawRequest(gateway.port, { path: '/healthz' });
  expect(await ask()).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  readiness = false;
  expect(await ask()).toMatchObject({
    status: 503,
    body: '{"status":"unavailable","reason":"The coordinator is not ready."}',
  });
  readiness = { ready: false, reason: 'replaying the event log' };
  expect(await ask()).toMatchObject({
    status: 503,
    body: '{"status":"unavailable","reason":"replaying the event log"}',
  });
});

test('/metrics passes on what the registry says, under whatever name Prometheus uses', async () => {
  await using gateway = await startGateway();
  const answer = await rawRequest(gateway.port, { path: '/metrics', headers: { host: 'coordinator:8080' } });
  expect(answer).toMatchObject({ status: 200, body: 'tickwork_trials 14\n' });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4');
});
