import type { CurveGroup } from './curves.ts';
import { colourVariable, dashOf } from './line-style.ts';

export interface CurveLegendProps {
  readonly groups: readonly CurveGroup[];
  readonly seeds: readonly string[];
  isShown(group: CurveGroup): boolean;
  onToggle(title: string): void;
  /** While the pointer or the focus is on an entry; undefined when it leaves. */
  onHighlight(title: string | undefined): void;
}

/** One switch for each configuration (its seeds go together), and what the line styles mean. Buttons, so that keys work too. */
export function CurveLegend({ groups, seeds, isShown, onToggle, onHighlight }: CurveLegendProps) {
  return (
    <div className="legend">
      <ul aria-label="Configurations shown">
        {groups.map((group) => (
          <li key={group.title}>
            <button
              type="button"
              aria-pressed={isShown(group)}
              onClick={() => onToggle(group.title)}
              onPointerEnter={() => onHighlight(group.title)}
              onPointerLeave={() => onHighlight(undefined)}
              onFocus={() => onHighlight(group.title)}
              onBlur={() => onHighlight(undefined)}
            >
              <span
                className="swatch"
                style={{ background: `var(${colourVariable(group.index)})` }}
                aria-hidden="true"
              />
              {group.title}
            </button>
          </li>
        ))}
      </ul>
      <ul className="seeds muted" aria-label="Line styles">
        {seeds.map((seed, place) => (
          <li key={seed}>
            <svg width="30" height="8" aria-hidden="true">
              <line
                x1="0"
                y1="4"
                x2="30"
                y2="4"
                stroke="currentColor"
                strokeWidth="2"
                strokeDasharray={dashOf(place).join(' ')}
              />
            </svg>
            seed {seed}
          </li>
        ))}
      </ul>
    </div>
  );
}
