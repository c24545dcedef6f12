export interface GroupByProps {
  /** All factors, in the order of the study. */
  readonly factors: readonly string[];
  readonly chosen: readonly string[];
  onChange(chosen: string[]): void;
}

/** Which factors make the rows. The last one cannot be taken away: an empty choice means all of them to the API. */
export function GroupBy({ factors, chosen, onChange }: GroupByProps) {
  return (
    <fieldset className="group-by">
      <legend>One row for each</legend>
      {factors.map((factor) => {
        const checked = chosen.includes(factor);
        const toggle = (): void =>
          onChange(factors.filter((name) => (name === factor ? !checked : chosen.includes(name))));
        return (
          <label key={factor}>
            <input type="checkbox" checked={checked} disabled={checked && chosen.length === 1} onChange={toggle} />
            {factor}
          </label>
        );
      })}
    </fieldset>
  );
}
