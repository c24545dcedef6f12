import { expect, it } from 'vitest';
import { childEnvironment } from '../../../worker/slots/child-environment.ts';

it('a trial process knows no credentials, keeps what its devices need, and reports to nobody', () => {
  const environment = {
    PATH: '/bin',
    CUDA_VISIBLE_DEVICES: '1',
    AWS_SECRET_ACCESS_KEY: 'x',
    NODE_OPTIONS: '--inspect',
  };
  expect(childEnvironment(environment)).toEqual({
    PATH: '/bin',
    CUDA_VISIBLE_DEVICES: '1',
    ORT_DISABLE_TELEMETRY: '1',
  });
});

it('a lab may say otherwise', () => {
  expect(childEnvironment({ ORT_DISABLE_TELEMETRY: '0' })).toEqual({ ORT_DISABLE_TELEMETRY: '0' });
});
