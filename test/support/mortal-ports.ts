import type {
  Delivery,
  EventLog,
  Malformed,
  RecordOutlet,
  RecordStream,
  ResultStore,
} from '../../coordinator/ports.ts';

/** Where a coordinator may die: on either side of each step that makes something durable. */
export const DEATHS = ['before commit', 'before append', 'after append', 'before ack', 'after ack'] as const;

/** Of one that reuses results, also on either side of putting them on the stream. */
export const DEATHS_IN_REUSE = [...DEATHS, 'before put', 'after put'] as const;

export type Death = (typeof DEATHS_IN_REUSE)[number];

/** A process that dies at a chosen moment: from then on nothing it asks for is answered, and nothing it does has an effect. */
export interface Mortal {
  readonly dead: boolean;
  /** Resolves at the moment of death. */
  readonly died: Promise<void>;
  /** @param after how often the moment passes harmlessly first. */
  doom(death: Death, after: number): void;
  log(inner: EventLog): EventLog;
  store(inner: ResultStore): ResultStore;
  records(inner: RecordStream): RecordStream;
  outlet(inner: RecordOutlet): RecordOutlet;
}

const NEVER = new Promise<never>(() => {});

export function createMortal(): Mortal {
  let doom: { readonly death: Death; left: number } | undefined;
  let dead = false;
  let die: () => void = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });

  async function reach(death: Death): Promise<void> {
    if (doom?.death === death && doom.left-- === 0) {
      dead = true;
      die();
    }
    if (dead) await NEVER;
  }

  function mortalItem<T extends Delivery | Malformed>(item: T): T {
    return {
      ...item,
      ack: async () => {
        await reach('before ack');
        await item.ack();
        await reach('after ack');
      },
    };
  }

  return {
    get dead() {
      return dead;
    },
    died,
    doom: (death, after) => {
      doom = { death, left: after };
    },
    log: (inner) => ({
      replay: (after) => inner.replay(after),
      async append(events) {
        await reach('before append');
        await inner.append(events);
        await reach('after append');
      },
      confirm: () => inner.confirm(),
      batchId: (sequence) => inner.batchId(sequence),
      get lastSequence() {
        return inner.lastSequence;
      },
      close: () => inner.close(),
    }),
    store: (inner) => ({
      ...inner,
      async commit(batch) {
        await reach('before commit');
        await inner.commit(batch);
        if (dead) await NEVER;
      },
    }),
    outlet: (inner) => ({
      async put(all) {
        await reach('before put');
        await inner.put(all);
        await reach('after put');
      },
    }),
    records: (inner) => ({
      async *deliveries(options) {
        for await (const batch of inner.deliveries(options)) yield batch.map(mortalItem);
      },
      backlog: () => inner.backlog(),
      close: () => inner.close(),
    }),
  };
}
