import { readFileSync } from 'node:fs';

const FILE = new URL('../../deploy/grafana/dashboards/tickwork.json', import.meta.url);

/** A query of the committed dashboard: `panel A` in words, and its PromQL as it stands in the file. */
export interface DashboardQuery {
  readonly panel: string;
  readonly expr: string;
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly allValue?: string; readonly definition?: string }[];
  };
}

export function committedDashboard(): { readonly text: string; readonly dashboard: Dashboard } {
  const text = readFileSync(FILE, 'utf8');
  return { text, dashboard: JSON.parse(text) as Dashboard };
}

/** What the panels ask, and what fills the lists of the variables. */
export function dashboardQueries({ panels, templating }: Dashboard): DashboardQuery[] {
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ panel: `${title} (${refId})`, expr })),
  );
  const ofVariables = templating.list.flatMap(({ name, definition = '' }) => {
    const match = /^label_values\((.*), (\w+)\)$/.exec(definition);
    return match ? [{ panel: `variable ${name}`, expr: `count by (${match[2]}) (${match[1]})` }] : [];
  });
  return [...ofPanels, ...ofVariables];
}

/**
 * What Grafana sends: variables at "All", and the intervals computed as Grafana's Prometheus data source does
 * ($__rate_interval = max($__interval + scrape interval, 4 · scrape interval)).
 */
export function interpolate(
  expr: string,
  dashboard: Dashboard,
  range: { readonly rangeSeconds: number; readonly scrapeSeconds: number },
): string {
  const { rangeSeconds, scrapeSeconds } = range;
  const interval = Math.max(scrapeSeconds, Math.ceil(rangeSeconds / 1000));
  const values: Record<string, string> = {
    __rate_interval: `${Math.max(interval + scrapeSeconds, 4 * scrapeSeconds)}s`,
    __interval: `${interval}s`,
    __range: `${rangeSeconds}s`,
  };
  for (const { name, allValue } of dashboard.templating.list) if (allValue !== undefined) values[name] = allValue;
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Expected a variable of the dashboard, got ${whole} in ${expr}`);
    return value;
  });
}
