import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRIC_DEFINITIONS, type MetricDefinition, type TickworkMetricName } from './definitions.ts';

type Labels = Readonly<Record<string, string>>;

/** The coordinator's metrics by name. A wrong name does not compile; a wrong kind throws at the first use. */
export interface Metrics {
  increment(name: TickworkMetricName, labels?: Labels, by?: number): void;
  set(name: TickworkMetricName, value: number, labels?: Labels): void;
  observe(name: TickworkMetricName, value: number, labels?: Labels): void;
  /** Drops all series of a gauge, before its current ones are set again. */
  reset(name: TickworkMetricName): void;
  /** Called before each scrape to set gauges that are read, not counted. */
  onScrape(collect: () => void | Promise<void>): void;
  /** Text exposition format. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** A registry of its own: two coordinators in one process do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const collectors: (() => void | Promise<void>)[] = [];
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  collectDefaultMetrics({ register: registry, prefix: 'tickwork_' });
  for (const [name, definition] of Object.entries<MetricDefinition>(METRIC_DEFINITIONS)) {
    const common = { name, help: definition.help, labelNames: [...definition.labels], registers: [registry] };
    if (definition.type === 'counter') counters.set(name, new Counter(common));
    else if (definition.type === 'gauge') gauges.set(name, new Gauge(common));
    else
      histograms.set(
        name,
        new Histogram({ ...common, ...(definition.buckets ? { buckets: [...definition.buckets] } : {}) }),
      );
  }

  return {
    increment: (name, labels = {}, by = 1) => of(counters, name).inc({ ...labels }, by),
    set: (name, value, labels = {}) => of(gauges, name).set({ ...labels }, value),
    observe: (name, value, labels = {}) => of(histograms, name).observe({ ...labels }, value),
    reset: (name) => of(gauges, name).reset(),
    onScrape: (collect) => void collectors.push(collect),
    async expose() {
      for (const collect of collectors) await collect();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function of<T>(kind: ReadonlyMap<string, T>, name: TickworkMetricName): T {
  const metric = kind.get(name);
  if (!metric)
    throw new Error(`Expected ${name} to be of this kind, got a ${METRIC_DEFINITIONS[name].type}. Use its own method.`);
  return metric;
}
