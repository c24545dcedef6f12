import type { CurveChartProps } from './chart-props.ts';
import { colourVariable } from './line-style.ts';

/**
 * The values at one training epoch, a row for each configuration and a column for each seed. Built of elements: ECharts' own
 * tooltip is HTML from strings with style attributes, which the content security policy refuses.
 * @param hovered ECharts' parameter of any series at the pointer.
 */
export function chartTooltip(
  { groups, seeds, title }: CurveChartProps,
  hovered: { readonly value?: unknown } | undefined,
): HTMLElement {
  const trainEpoch = Array.isArray(hovered?.value) ? Number(hovered.value[0]) : Number.NaN;
  const table = element('table');
  const head = element('tr', element('th', `${title}, epoch ${trainEpoch}`));
  for (const seed of seeds) head.append(element('th', `seed ${seed}`));
  table.append(head);
  for (const group of groups) {
    const values = seeds.map((seed) => {
      const points = group.curves.find((curve) => curve.seed === seed)?.points;
      return points?.find(([epoch]) => epoch === trainEpoch)?.[1];
    });
    if (values.every((value) => value === undefined)) continue;
    const swatch = element('span');
    swatch.className = 'swatch';
    swatch.style.background = `var(${colourVariable(group.index)})`;
    const row = element('tr', element('td', swatch, group.title));
    for (const value of values) row.append(element('td', value?.toPrecision(4) ?? '–'));
    table.append(row);
  }
  return table;
}

function element(name: string, ...children: (Node | string)[]): HTMLElement {
  const created = document.createElement(name);
  created.append(...children);
  return created;
}
