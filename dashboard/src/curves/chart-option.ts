import type { LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { CurveChartProps } from './chart-props.ts';
import { chartTooltip } from './chart-tooltip.ts';
import { dashOf, markOf } from './line-style.ts';
import type { Palette } from './use-palette.ts';

export type CurveOption = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption>;

/** Points are marked while there is room for marks. */
const MOST_MARKED_POINTS = 30;

/** What ECharts draws. Nothing moves: an animated curve shows values that nobody measured. */
export function chartOption(props: CurveChartProps, palette: Palette): CurveOption {
  const { groups, seeds, title, highlighted } = props;
  const axis = {
    nameTextStyle: { color: palette.muted },
    axisLabel: { color: palette.muted },
    axisLine: { lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
  };
  return {
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: palette.text },
    grid: { left: 8, right: 16, top: 34, bottom: 26, containLabel: true },
    xAxis: {
      ...axis,
      type: 'value',
      name: 'training epoch',
      nameLocation: 'middle',
      nameGap: 28,
      minInterval: 1,
      min: (extent) => Math.min(1, extent.min),
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      type: 'value',
      name: title,
      scale: true,
      nameTextStyle: { ...axis.nameTextStyle, align: 'left' },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      className: 'chart-tooltip',
      backgroundColor: palette.panel,
      borderColor: palette.line,
      axisPointer: { lineStyle: { color: palette.muted } },
      formatter: (params) => chartTooltip(props, Array.isArray(params) ? params[0] : params),
    },
    series: groups.flatMap((group) =>
      group.curves.map((curve): LineSeriesOption => {
        const colour = palette.series[group.index % palette.series.length];
        const dimmed = highlighted !== undefined && highlighted !== group.title;
        return {
          type: 'line',
          id: `${group.title}\n${curve.seed}`,
          name: group.title,
          data: curve.points.map(([trainEpoch, value]) => [trainEpoch, value]),
          symbol: markOf(group.index),
          symbolSize: 6,
          showSymbol: curve.points.length <= MOST_MARKED_POINTS,
          itemStyle: { color: colour, opacity: dimmed ? 0.15 : 1 },
          lineStyle: { width: 2, type: dashOf(seeds.indexOf(curve.seed)) as number[], opacity: dimmed ? 0.15 : 1 },
          emphasis: { disabled: true },
        };
      }),
    ),
  };
}
