import { createMemoryResultStore } from '../../coordinator/adapters/memory/result-store.ts';
import type { ResultStore, SetAside, StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import type { ResultRecord } from '../../proto/records.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';

/** The table of committed rows, on a disk that outlives its coordinators. */
export interface Table {
  /** As the table's file has it. @throws Error while another living process works on it. */
  open(coordinator: Process): Promise<ResultStore>;
  /** The volume is taken from whoever has it: what that process still writes fails. */
  fence(): void;
  full: boolean;
  /** Called once, right after the next results are on the disk and before anybody knows. */
  afterNextCommit(run: () => void): void;
  /** Results that would be found after a crash now. */
  readonly rows: readonly StoredResult[];
}

export interface TableOptions {
  readonly random: Random;
  readonly flaws: Pick<
    Flaws,
    'tableAnswersEarly' | 'tableKeepsRepeats' | 'lateResultOverwrites' | 'cancelledResultKept'
  >;
  /** Called when a batch is on the disk. */
  readonly onCommit: (batch: StoreBatch) => void;
}

/** How late a commit reaches the disk when nobody synchronises. */
const LAZY_MS = 2_000;
/** Share of failing commits that fail after the rows were written. */
const DOUBTFUL = 0.3;

export function createTable({ random, flaws, onCommit }: TableOptions): Table {
  const durable: StoreBatch[] = [];
  const rows: StoredResult[] = [];
  let holder: Process | undefined;
  let full = false;
  let armed: (() => void) | undefined;

  function persist(batch: StoreBatch): void {
    durable.push(structuredClone(batch));
    for (const row of batch.results) {
      const earlier = rows.some(({ sweepId, cell }) => sweepId === row.sweepId && cell === row.cell);
      if (!earlier || flaws.tableKeepsRepeats) rows.push(row);
    }
    if (flaws.lateResultOverwrites) for (const aside of batch.setAside) overwrite(aside);
    if (flaws.cancelledResultKept) for (const aside of batch.setAside) keep(aside);
    onCommit(batch);
  }

  function overwrite({ disposition, body, contentHash }: SetAside): void {
    const record = JSON.parse(body) as ResultRecord;
    const at = rows.findIndex(({ sweepId, cell }) => sweepId === record.sweepId && cell === record.cell);
    const row = rows[at];
    if (disposition === 'superseded' && record.kind === 'result' && row) rows[at] = { ...row, record, contentHash };
  }

  function keep({ disposition, body, ...aside }: SetAside): void {
    const record = JSON.parse(body) as ResultRecord;
    const { sweepId, cell } = record;
    if (disposition !== 'superseded' || record.kind !== 'result') return;
    if (rows.some((row) => row.sweepId === sweepId && row.cell === cell)) return;
    const { contentHash, sequence, at: committedAt } = aside;
    rows.push({ sweepId, cell, gridIndex: 0, seed: 0, record, contentHash, sequence, committedAt });
  }

  async function open(coordinator: Process): Promise<ResultStore> {
    if (holder?.alive) throw new Error(`Expected a free state directory, got one that ${holder.name} works in.`);
    holder = coordinator;
    await coordinator.wait(random.between(20, 300));
    const memory = createMemoryResultStore();
    for (const batch of durable) await memory.commit(batch);
    function requireVolume(): void {
      if (holder !== coordinator) throw new Error('The volume is gone.');
    }
    return {
      ...memory,
      async results(sweepId, cells) {
        requireVolume();
        return memory.results(sweepId, cells);
      },
      async counts() {
        requireVolume();
        return memory.counts();
      },
      async commit(batch) {
        await coordinator.wait(random.between(1, 15));
        requireVolume();
        const fails = full || random.chance(0.01);
        if (fails && !random.chance(DOUBTFUL)) throw new Error('ENOSPC: no space left on device');
        await memory.commit(batch);
        if (flaws.tableAnswersEarly) coordinator.enter(() => persist(batch), LAZY_MS);
        else persist(batch);
        if (armed && batch.results.length > 0) {
          coordinator.enter(armed);
          armed = undefined;
        }
        await coordinator.wait(random.between(0.1, 5));
        if (fails) throw new Error('The disk did not confirm.');
      },
      async close() {
        await coordinator.wait(1);
        if (holder === coordinator) holder = undefined;
      },
    };
  }

  return {
    open,
    fence: () => void (holder = undefined),
    afterNextCommit(run) {
      armed = run;
    },
    get full() {
      return full;
    },
    set full(next) {
      full = next;
    },
    rows,
  };
}
