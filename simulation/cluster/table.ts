import { createMemoryResultStore } from '../../coordinator/adapters/memory/result-store.ts';
import type { ResultStore, SetAside, StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import type { ResultRecord } from '../../proto/records.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';

/** The table of committed rows, on a disk that outlives its coordinators. */
export interface Table {
  /** Of its consumer of the record stream. */
  readonly name: string;
  /** As the table's file has it. @throws Error while another living process works on it. */
  open(coordinator: Process): Promise<ResultStore>;
  /** The volume is taken from whoever has it: what that process still writes fails. */
  fence(): void;
  /** @throws Error when this process's volume was taken, or has no room. */
  requireRoom(coordinator: Process): void;
  full: boolean;
  /** Called once, right after the next results are on the disk and before anybody knows. */
  afterNextCommit(run: (results: readonly StoredResult[]) => void): void;
  /** Results that would be found after a crash now. */
  readonly rows: readonly StoredResult[];
}

export interface TableOptions {
  readonly name: string;
  readonly random: Random;
  readonly flaws: Pick<
    Flaws,
    'tableAnswersEarly' | 'tableKeepsRepeats' | 'lateResultOverwrites' | 'cancelledResultKept'
  >;
  readonly watch: TableWatch;
}

/** Told of what is on the disk from now on. */
export interface TableWatch {
  committed(batch: StoreBatch): void;
  overruled(results: readonly StoredResult[]): void;
}

type CellRef = Parameters<ResultStore['overrule']>[0][number];

type Change = { readonly batch: StoreBatch } | { readonly cells: readonly CellRef[]; readonly at: number };

/** How late a commit reaches the disk when nobody synchronises. */
const LAZY_MS = 2_000;
/** Share of failing commits that fail after the rows were written. */
const DOUBTFUL = 0.3;

export function createTable({ name, random, flaws, watch }: TableOptions): Table {
  const durable: Change[] = [];
  const rows: StoredResult[] = [];
  let holder: Process | undefined;
  let full = false;
  let armed: ((results: readonly StoredResult[]) => void) | undefined;

  function persist(batch: StoreBatch): void {
    durable.push({ batch: structuredClone(batch) });
    for (const row of batch.results) {
      if (!rows.some((other) => isSameCell(other, row)) || flaws.tableKeepsRepeats) rows.push(row);
    }
    if (flaws.lateResultOverwrites) for (const aside of batch.setAside) overwrite(aside);
    if (flaws.cancelledResultKept) for (const aside of batch.setAside) keep(aside);
    watch.committed(batch);
  }

  function persistOverruling(cells: readonly CellRef[], at: number): void {
    durable.push({ cells: [...cells], at });
    const overruled = rows.filter((row) => cells.some((cell) => isSameCell(cell, row)));
    for (const row of overruled) rows.splice(rows.indexOf(row), 1);
    watch.overruled(overruled);
  }

  function overwrite({ disposition, body, contentHash }: SetAside): void {
    const record = JSON.parse(body) as ResultRecord;
    const at = rows.findIndex((row) => isSameCell(row, record));
    const row = rows[at];
    if (disposition === 'superseded' && record.kind === 'result' && row) rows[at] = { ...row, record, contentHash };
  }

  function keep({ disposition, body, ...aside }: SetAside): void {
    const record = JSON.parse(body) as ResultRecord;
    const { sweepId, cell } = record;
    if (disposition !== 'superseded' || record.kind !== 'result') return;
    if (rows.some((row) => isSameCell(row, record))) return;
    const { contentHash, sequence, at: committedAt } = aside;
    rows.push({ sweepId, cell, gridIndex: 0, seed: 0, record, contentHash, sequence, committedAt });
  }

  function requireVolume(coordinator: Process): void {
    if (holder !== coordinator) throw new Error('The volume is gone.');
  }

  function requireRoom(coordinator: Process): void {
    requireVolume(coordinator);
    if (full) throw new Error('ENOSPC: no space left on device');
  }

  async function open(coordinator: Process): Promise<ResultStore> {
    if (holder?.alive && holder !== coordinator)
      throw new Error(`Expected a free state directory, got one that ${holder.name} works in.`);
    holder = coordinator;
    await coordinator.wait(random.between(20, 300));
    const memory = createMemoryResultStore();
    for (const change of durable)
      await ('batch' in change ? memory.commit(change.batch) : memory.overrule(change.cells, change.at));

    /** @param change as memory has it at once and the disk when `persist` is called. */
    async function write(change: () => Promise<void>, toDisk: () => void): Promise<void> {
      await coordinator.wait(random.between(1, 15));
      requireVolume(coordinator);
      const fails = full || random.chance(0.01);
      if (fails && !random.chance(DOUBTFUL)) throw new Error('ENOSPC: no space left on device');
      await change();
      toDisk();
      await coordinator.wait(random.between(0.1, 5));
      if (fails) throw new Error('The disk did not confirm.');
    }

    return {
      ...memory,
      async results(sweepId, cells) {
        requireVolume(coordinator);
        return memory.results(sweepId, cells);
      },
      async accepted(sweepId) {
        requireVolume(coordinator);
        return memory.accepted(sweepId);
      },
      async counts() {
        requireVolume(coordinator);
        return memory.counts();
      },
      commit: (batch) =>
        write(
          () => memory.commit(batch),
          () => {
            if (flaws.tableAnswersEarly) coordinator.enter(() => persist(batch), LAZY_MS);
            else persist(batch);
            const run = armed;
            if (!run || batch.results.length === 0) return;
            armed = undefined;
            coordinator.enter(() => run(batch.results));
          },
        ),
      async overrule(cells, at) {
        if (cells.length === 0) return;
        await write(
          () => memory.overrule(cells, at),
          () => persistOverruling(cells, at),
        );
      },
      async close() {
        await coordinator.wait(1);
        if (holder === coordinator) holder = undefined;
      },
    };
  }

  return {
    name,
    open,
    fence: () => void (holder = undefined),
    requireRoom,
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

const isSameCell = (a: CellRef, b: CellRef): boolean => a.sweepId === b.sweepId && a.cell === b.cell;
