import type { CurveGroup } from './curves.ts';

/** The last point of each curve as text, for those who cannot see the chart or want the number. */
export function CurveValues({ groups, title }: { readonly groups: readonly CurveGroup[]; readonly title: string }) {
  return (
    <details className="values">
      <summary>Last values as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">configuration</th>
            <th scope="col" className="number">
              seed
            </th>
            <th scope="col" className="number">
              epoch
            </th>
            <th scope="col" className="number">
              {title}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.flatMap((group) =>
            group.curves.map((curve) => {
              const last = curve.points.at(-1);
              return (
                <tr key={`${group.title} ${curve.seed}`}>
                  <td>{group.title}</td>
                  <td className="number">{curve.seed}</td>
                  <td className="number">{last?.[0]}</td>
                  <td className="number">{last?.[1].toPrecision(4)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </details>
  );
}
