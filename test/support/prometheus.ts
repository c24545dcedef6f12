import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from './temporary-folder.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

/** Bound on start and stop. */
const PATIENCE_MS = 20_000;

/** One series of a range query: its labels and the finite values of its points, oldest first. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

export interface Prometheus extends AsyncDisposable {
  /** What a Grafana panel asks: `expr` over [start, end] (Unix seconds), a point each `stepSeconds`. */
  queryRange(
    expr: string,
    range: { readonly start: number; readonly end: number; readonly stepSeconds: number },
  ): Promise<Series[]>;
  /** Health and last error of every scraped address. */
  targets(): Promise<{ readonly health: string; readonly lastError: string }[]>;
  /** Name, health and state of every loaded rule; alerts are `inactive`, `pending` or `firing`. */
  rules(): Promise<{ readonly name: string; readonly health: string; readonly state?: string }[]>;
}

interface Config {
  global: Record<string, string>;
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

/** The `prometheus` of PATH with deploy/prometheus/prometheus.yml and its rules; only addresses and intervals are replaced. */
export async function startPrometheus(target: string, scrapeSeconds: number): Promise<Prometheus> {
  const folder = await temporaryFolder();
  const config = parse(await readFile(join(DEPLOY, 'prometheus.yml'), 'utf8')) as Config;
  config.global = { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` };
  config.rule_files = config.rule_files.map((file) => join(DEPLOY, file));
  config.scrape_configs = config.scrape_configs
    .filter((job) => job.job_name === 'tickwork')
    .map((job) => ({ ...job, static_configs: [{ targets: [target] }] }));
  const file = join(folder.path, 'prometheus.yml');
  await writeFile(file, stringify(config));

  const child = spawn(
    'prometheus',
    [`--config.file=${file}`, `--storage.tsdb.path=${join(folder.path, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);

  async function stop(): Promise<void> {
    process.off('exit', killNow);
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    await folder[Symbol.asyncDispose]();
  }

  try {
    const address = await listeningAddress(child);
    return { ...api(`http://${address}/api/v1`), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Prometheus logs the address it got for port 0, and is ready some lines later. */
async function listeningAddress(child: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer);
      reject(new Error(`Expected prometheus to listen, got ${what}:\n${log}`));
    };
    const timer = setTimeout(() => fail(`nothing within ${PATIENCE_MS} ms`), PATIENCE_MS);
    child.once('error', (error) => fail(`${error.message}. Install Prometheus (Debian: apt install prometheus)`));
    child.once('exit', (code) => fail(`exit code ${code}`));
    child.stderr?.on('data', (data: Buffer) => {
      log += data.toString();
      const address = /msg="Listening on"[^\n]*address=(\S+)/.exec(log)?.[1];
      if (!address || !/Server is ready to receive web requests/.test(log)) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}

function api(base: string): Omit<Prometheus, keyof AsyncDisposable> {
  async function get<Data>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Data> {
    const response = await fetch(`${base}/${path}?${new URLSearchParams(query)}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as { status: string; error?: string; data: Data };
    if (body.status !== 'success')
      throw new Error(`Expected Prometheus to answer ${path} ${JSON.stringify(query)}, got ${body.error}`);
    return body.data;
  }

  return {
    async queryRange(expr, { start, end, stepSeconds }) {
      const data = await get<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
        'query_range',
        {
          query: expr,
          start: String(start),
          end: String(end),
          step: String(stepSeconds),
        },
      );
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([, value]) => Number(value)).filter(Number.isFinite),
      }));
    },
    async targets() {
      return (await get<{ activeTargets: { health: string; lastError: string }[] }>('targets')).activeTargets;
    },
    async rules() {
      const { groups } = await get<{ groups: { rules: { name: string; health: string; state?: string }[] }[] }>(
        'rules',
      );
      return groups.flatMap((group) => group.rules);
    },
  };
}
