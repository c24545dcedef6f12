import { lazy, Suspense, useState } from 'react';
import { importPatiently } from '../live/import-patiently.ts';
import { metricTitle } from '../text/words.ts';
import { CurveLegend } from './curve-legend.tsx';
import { CurveValues } from './curve-values.tsx';
import { type CurveGroup, seedsOf } from './curves.ts';

// ECharts is most of the bundle; the table does not wait for it.
const CurveChart = lazy(() => importPatiently(() => import('./curve-chart.tsx')));

/** More configurations than these are hidden at first: the legend brings them in. */
const SHOWN_AT_FIRST = 12;

/** Chart, legend and the same numbers as text, under one choice of what is shown. */
export function CurvesView({ groups, metric }: { readonly groups: readonly CurveGroup[]; readonly metric: string }) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [highlighted, setHighlighted] = useState<string>();
  const isShown = (group: CurveGroup): boolean => group.index < SHOWN_AT_FIRST !== toggled.has(group.title);
  const toggle = (title: string): void => {
    const next = new Set(toggled);
    if (!next.delete(title)) next.add(title);
    setToggled(next);
  };
  const seeds = seedsOf(groups);
  const shown = groups.filter(isShown);
  return (
    <>
      <Suspense fallback={<div className="chart" />}>
        <CurveChart groups={shown} seeds={seeds} title={metricTitle(metric)} highlighted={highlighted} />
      </Suspense>
      <CurveLegend groups={groups} seeds={seeds} isShown={isShown} onToggle={toggle} onHighlight={setHighlighted} />
      <CurveValues groups={shown} title={metricTitle(metric)} />
    </>
  );
}
