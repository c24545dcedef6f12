/** One line of a panel: a PromQL query and the name of its series. */
export interface Query {
  readonly expr: string;
  /** Grafana's legend template, for example `{{state}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What a reader should conclude from it, shown on hover. */
  readonly description: string;
  readonly kind: 'stat' | 'lines' | 'stack';
  /** A Grafana unit id, for example `s`, `percentunit`, `short`. */
  readonly unit: string;
  /** Columns of Grafana's 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Turns red from this value on. */
  readonly alarmFrom?: number;
  /** Turns red below this value. */
  readonly alarmBelow?: number;
  readonly decimals?: number;
  readonly max?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}
