import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { chartOption } from './chart-option.ts';
import type { CurveChartProps } from './chart-props.ts';
import { usePalette } from './use-palette.ts';

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export default function CurveChart(props: CurveChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const palette = usePalette();

  useEffect(() => {
    if (!element.current) return;
    const created = init(element.current);
    chart.current = created;
    const observer = new ResizeObserver(() => created.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      created.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(chartOption(props, palette), { replaceMerge: ['series'] });
  });

  const lines = props.groups.reduce((sum, group) => sum + group.curves.length, 0);
  const label = `Line chart of ${props.title} over training epochs, ${lines} lines. The last values follow as a table.`;
  return <div className="chart" ref={element} role="img" aria-label={label} />;
}
