import { bytesText } from '../../core/placement/bytes.ts';
import { failureKindCodec, sweepStateCodec, trialStateCodec } from '../../proto/enums.ts';
import type { ClusterStatus__Output } from '../../proto/generated/tickwork/v1/ClusterStatus.ts';
import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { SweepPlan__Output } from '../../proto/generated/tickwork/v1/SweepPlan.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { Worker__Output } from '../../proto/generated/tickwork/v1/Worker.ts';
import { visible } from './display-width.ts';
import { formatBytes, formatCount, formatLarge, formatSeconds, formatShare, formatValue } from './numbers.ts';
import { finishedCells } from './sweep-progress.ts';
import { textTable } from './text-table.ts';
import { formatTimestamp } from './timestamp.ts';

const left = (title: string) => ({ title, align: 'left' }) as const;
const right = (title: string) => ({ title, align: 'right' }) as const;
const shortName = (name: string): string => visible(name.replace(/^[a-z]+\//, ''));

/** `tickwork ls` */
export function renderSweeps(sweeps: readonly Sweep__Output[]): string[] {
  if (sweeps.length === 0) return ['No sweeps yet. Submit one: tickwork submit FILE'];
  return textTable(
    [
      left('sweep'),
      left('state'),
      right('done'),
      right('failed'),
      right('running'),
      right('left'),
      left('user'),
      left('created (UTC)'),
      left('title'),
    ],
    sweeps.map((sweep) => [
      shortName(sweep.name),
      sweep.state === 'SWEEP_STATE_ACTIVE' && sweep.exhaustedReason !== ''
        ? 'over budget'
        : sweep.paused && sweep.state === 'SWEEP_STATE_ACTIVE'
          ? 'paused'
          : (sweepStateCodec.decode(sweep.state) ?? 'unknown'),
      `${finishedCells(sweep)}/${sweep.counts?.total ?? 0}`,
      String(sweep.counts?.failed ?? 0),
      String((sweep.counts?.running ?? 0) + (sweep.counts?.leased ?? 0)),
      sweep.secondsLeft === undefined ? '' : `~${formatSeconds(sweep.secondsLeft)}`,
      visible(sweep.user),
      formatTimestamp(sweep.createTime),
      visible(sweep.title),
    ]),
  );
}

/** `tickwork trials` */
export function renderTrials(trials: readonly Trial__Output[]): string[] {
  if (trials.length === 0) return ['No trials.'];
  const factors = trials[0]?.levels.map((level) => level.factor) ?? [];
  const metrics = [...new Set(trials.flatMap((trial) => trial.metrics.map((metric) => metric.name)))];
  return textTable(
    [
      right('cell'),
      ...factors.map((factor) => left(visible(factor))),
      right('seed'),
      left('state'),
      right('attempt'),
      left('worker'),
      ...metrics.map(right),
      left('note'),
    ],
    trials.map((trial) => [
      String(trial.cell),
      ...factors.map((_, i) => visible(trial.levels[i]?.label ?? '')),
      String(trial.seed),
      trialStateCodec.decode(trial.state) ?? 'unknown',
      trial.attempt === 0 ? '' : String(trial.attempt),
      visible(trial.worker),
      ...metrics.map((name) => {
        const value = trial.metrics.find((metric) => metric.name === name)?.value;
        return value === undefined ? '' : formatValue(value, 4);
      }),
      note(trial, inOneLine(trial.failureMessage)),
    ]),
  );
}

/** `tickwork why SWEEP`: what a search decided, and from what. */
export function renderDecisions(sweep: Sweep__Output): string[] {
  const left = sweep.configurationsToDraw;
  return [
    ...sweep.decisions.map(({ time, reason }) => visible(`${formatTimestamp(time)}  ${reason}`)),
    ...(left > 0
      ? [
          sweep.search === 'ask'
            ? `A program outside may ask for ${formatCount(left)} more configurations.`
            : `${formatCount(left)} configurations are drawn when those before them have finished.`,
        ]
      : []),
    ...(sweep.decisions.length === 0 && left === 0 ? [`${shortName(sweep.name)} is no search: name a cell.`] : []),
  ];
}

/** `tickwork why`: the cell, its state, and the reason for it. */
export function renderWhy(trial: Trial__Output): string[] {
  const levels = trial.levels.map(({ factor, label }) => `${factor}=${label}`).join(' ');
  const state = trialStateCodec.decode(trial.state) ?? 'unknown';
  const attempt = trial.attempt === 0 ? '' : `, attempt ${trial.attempt}`;
  const worker = trial.worker === '' ? '' : ` on ${trial.worker}`;
  // A pending trial's reason tells of its lost attempt too.
  const reason = waits(trial) ? trial.waitingReason : note(trial, trial.failureMessage);
  // What a command has printed has lines of its own.
  const [first = '', ...more] = reason.split('\n');
  return [
    visible(`${shortName(trial.name)}: ${levels} seed=${trial.seed}`),
    visible(`${state}${attempt}${worker}${first === '' ? '' : `: ${first}`}`),
    ...more.map((line) => visible(`  ${line}`)),
  ];
}

const waits = ({ state }: Trial__Output): boolean => state === 'TRIAL_STATE_PENDING' || state === 'TRIAL_STATE_BLOCKED';

/** In one line: of a longer text the first and the last. */
function inOneLine(text: string): string {
  const lines = text.trimEnd().split('\n');
  return visible(lines.length <= 2 ? lines.join(' ') : `${lines[0]} … ${lines.at(-1)}`);
}

function note(trial: Trial__Output, message: string): string {
  const kind = failureKindCodec.decode(trial.failureKind);
  if (kind !== undefined) return `${kind}: ${message}`;
  if (trial.state === 'TRIAL_STATE_RUNNING' && trial.progress) {
    const { trainEpoch, trainEpochs, phase } = trial.progress;
    return trainEpochs === 0 ? phase : `epoch ${trainEpoch}/${trainEpochs}`;
  }
  if (trial.state === 'TRIAL_STATE_STOPPED' || trial.state === 'TRIAL_STATE_CANCELLED')
    return visible(trial.stopReason);
  if (trial.reusedFrom !== '') return reusedFromText(trial.reusedFrom);
  return visible(trial.waitingReason);
}

/** `reused from vgg-demo-1/3` @param name of the trial. */
export const reusedFromText = (name: string): string =>
  visible(`reused from ${name.replace(/^sweeps\/(.+)\/trials\/(.+)$/, '$1/$2')}`);

/** `tickwork workers` */
export function renderWorkers(workers: readonly Worker__Output[]): string[] {
  if (workers.length === 0) return ['No workers. Start one: tickwork worker --coordinator HOST:PORT'];
  const table = textTable(
    [
      left('worker'),
      left('state'),
      left('host'),
      right('slots'),
      left('executor'),
      left('device'),
      right('memory'),
      left('labels'),
      right('use'),
      right('outbox'),
      left('running'),
    ],
    workers.map((worker) => [
      shortName(worker.name),
      worker.quarantineReason === '' || worker.state !== 'WORKER_STATE_CONNECTED'
        ? worker.state.replace('WORKER_STATE_', '').toLowerCase()
        : 'quarantined',
      visible(worker.host),
      String(worker.slots),
      visible([...new Set(worker.devices.map((device) => device.executor))].join(' ')),
      visible([...new Set(worker.devices.map((device) => device.name))].join(', ')),
      [...new Set(worker.devices.map(({ memoryBytes }) => (memoryBytes === 0 ? '?' : bytesText(memoryBytes))))].join(
        ', ',
      ),
      visible(
        Object.entries(worker.labels)
          .map(([label, value]) => `${label}=${value}`)
          .join(' '),
      ),
      worker.slotUse === undefined ? '' : formatShare(worker.slotUse),
      String(worker.outboxRecords),
      visible(worker.running.map(({ lease }) => `${lease?.sweep.replace(/^sweeps\//, '')}/${lease?.cell}`).join(' ')),
    ]),
  );
  const quarantined = workers.filter(({ quarantineReason }) => quarantineReason !== '');
  return [
    ...table,
    ...quarantined.map(({ name, quarantineReason, quarantineEndTime }) =>
      visible(
        `${shortName(name)} is given nothing until ${formatTimestamp(quarantineEndTime)}, then one trial: ${quarantineReason}. A restart of it ends this.`,
      ),
    ),
  ];
}

/** `tickwork plan` */
export function renderPlan(plan: SweepPlan__Output): string[] {
  const factors = plan.factors.map((factor) => factor.name);
  // Of a command nothing is known beforehand.
  const known = plan.rows.some((row) => row.weightLayers > 0);
  const compared = plan.rows.some((row) => row.differenceFromBase !== '');
  const waiting = plan.rows.filter((row) => row.waitsFor !== undefined).length;
  return [
    visible(plan.title),
    '',
    ...textTable(
      [
        ...factors.map((factor) => left(visible(factor))),
        ...(compared ? [left('from base')] : []),
        ...(waiting > 0 ? [left('waits for')] : []),
        ...(known ? ['weight layers', 'parameters', 'memory', 'MACs/image', 'MACs'].map(right) : []),
      ],
      plan.rows.map((row) => [
        ...factors.map((_, i) => visible(row.levels[i]?.label ?? '')),
        ...(compared ? [visible(row.differenceFromBase)] : []),
        ...(waiting > 0 ? [visible(row.waitsFor ?? '')] : []),
        ...(known
          ? [
              String(row.weightLayers),
              formatCount(row.parameters),
              formatBytes(row.memoryBytes),
              formatLarge(row.macsPerImage),
              formatLarge(row.estimatedMacs),
            ]
          : []),
      ]),
    ),
    ...(plan.configurations > plan.rows.length
      ? [`… and ${formatCount(plan.configurations - plan.rows.length)} more configurations`]
      : []),
    '',
    `${formatCount(plan.cells)} trials = ${formatCount(plan.configurations)} configurations × ${plan.seeds.length} seeds (${plan.seeds.join(', ')})` +
      (known ? `, about ${formatLarge(plan.estimatedMacs)} multiply-accumulates` : ''),
    ...(plan.reused === undefined ? [] : [reusedLine(plan)]),
    ...(known ? [timeLine(plan)] : []),
    ...(plan.configurationsToDraw === 0
      ? []
      : [
          `The search then draws up to ${formatCount(plan.configurationsToDraw)} more, each × ${plan.seeds.length} seeds, from their results.`,
        ]),
  ];
}

/** `tickwork status` */
export function renderStatus(status: ClusterStatus__Output): string[] {
  const rows: [string, string][] = [
    ['version', `${status.softwareVersion} (protocol ${status.protocolVersion})`],
    ['since', `${formatTimestamp(status.startTime)} UTC, leadership epoch ${status.epoch}`],
    ['workers', `${status.workers}, ${status.busySlots} of ${status.slots} slots busy`],
    ['sweeps', `${status.activeSweeps} active`],
    [
      'results',
      `${formatCount(status.resultsCommitted)} committed, ${formatCount(status.resultsQuarantined)} quarantined`,
    ],
    ['page', status.httpAddress],
    ['NATS', `${status.natsVersion}, survives: ${status.durability}`],
    ['event log', `sequence ${formatCount(status.eventLogSequence)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`);
}

function reusedLine({ cells, reused = 0 }: SweepPlan__Output): string {
  if (reused === 0) return 'None of them was trained in another sweep: all are.';
  const left = cells - reused;
  const rest = left === 0 ? 'nothing is left to train' : `${formatCount(left)} ${left === 1 ? 'is' : 'are'} trained`;
  const what =
    reused === 1
      ? 'was trained in another sweep, and its result is reused'
      : 'were trained in other sweeps, and their results are reused';
  return `${formatCount(reused)} of them ${what}: ${rest}.`;
}

function timeLine({ estimatedDeviceSeconds, estimatedSeconds, slots }: SweepPlan__Output): string {
  if (estimatedDeviceSeconds === undefined)
    return 'How long that takes is known once a trial of each of its networks has ended here.';
  const hours = `${formatValue(estimatedDeviceSeconds / 3600, 3)} device-hours at the measured speed`;
  return estimatedSeconds === undefined
    ? `About ${hours}; no worker is connected.`
    : `About ${hours}: ${formatSeconds(estimatedSeconds)} on the ${slots} connected slots.`;
}
