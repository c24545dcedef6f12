import { describe, expect, it } from 'vitest';
import { allows, PERMISSIONS } from '../../../coordinator/access/permissions.ts';
import { actionOf } from '../../../coordinator/grpc/admission.ts';
import { RPC_METHODS } from '../../../coordinator/grpc/methods.ts';
import { ROLES } from '../../../core/access/identity.ts';
import { loadTickworkDefinition } from '../../../proto/load.ts';

/** Spelt out a second time, by hand: who may is read off the columns. `-`: refused. */
const EXPECTED = `
                 none  viewer  submitter  worker  admin
  PlanSweep      -     -       yes        -       yes
  SubmitSweep    -     -       yes        -       yes
  GetSweep       -     yes     yes        -       yes
  ListSweeps     -     yes     yes        -       yes
  WatchSweep     -     yes     yes        -       yes
  EditSweep      -     -       yes        -       yes
  CancelSweep    -     -       yes        -       yes
  PauseSweep     -     -       yes        -       yes
  ResumeSweep    -     -       yes        -       yes
  RetryFailed    -     -       yes        -       yes
  GetTrial       -     yes     yes        -       yes
  ListTrials     -     yes     yes        -       yes
  GetTable       -     yes     yes        -       yes
  WatchTable     -     yes     yes        -       yes
  ExportTable    -     yes     yes        -       yes
  ListReports    -     yes     yes        -       yes
  ListWorkers    -     yes     yes        -       yes
  GetStatus      -     yes     yes        -       yes
  Ask            -     -       yes        -       yes
  WatchOutcomes  -     yes     yes        -       yes
  TellPruned     -     -       yes        -       yes
  EndSearch      -     -       yes        -       yes
  DrainWorker    -     -       -          -       yes
  Work           -     -       -          yes     yes
  Health         yes   yes     yes        yes     yes
  Metrics        -     yes     yes        -       yes
  Page           -     yes     yes        -       yes
  Reflection     -     -       -          -       yes
`;

const rows = EXPECTED.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.trim().split(/ +/))
  .map(([action, ...cells]) => ({ action: action as keyof typeof PERMISSIONS, cells }));

describe('the table of calls and roles', () => {
  it.each(rows)('$action', ({ action, cells }) => {
    const found = [undefined, ...ROLES].map((role) => (allows(action, role) ? 'yes' : '-'));
    expect(found).toEqual(cells);
  });

  it('has a row for every RPC of the .proto files, and none for anything else', () => {
    const methods = Object.values(loadTickworkDefinition()).flatMap((service) =>
      'format' in service ? [] : Object.values(service).map(({ path }) => path as string),
    );
    expect(methods.length).toBe(RPC_METHODS.length);
    for (const path of methods) expect(actionOf(path), path).toBeDefined();
    const actions = methods.map(actionOf);
    expect(new Set([...actions, 'Health', 'Metrics', 'Page', 'Reflection'])).toEqual(new Set(Object.keys(PERMISSIONS)));
    expect(rows.map(({ action }) => action).toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted());
  });

  it('knows no other call', () => {
    for (const path of [
      '/tickwork.v1.SweepService/DropSweep',
      '/other.Service/GetSweep',
      '/',
      '',
      'toString',
      '/constructor/x',
    ])
      expect(actionOf(path), path).toBeUndefined();
  });
});
