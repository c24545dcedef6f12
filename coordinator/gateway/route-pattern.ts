/** The values of a pattern's `{name}` parts in one path, or undefined when the path does not match. */
export type PathMatch = (path: string) => Readonly<Record<string, string>> | undefined;

/**
 * Compiles a path template such as `/api/v1/sweeps/{sweep}/table:export`. A `{name}` part takes resource-id characters only,
 * so a parameter never holds a slash, a colon or a percent sign; what else it must be is for the API to say.
 */
export function compilePattern(template: string): PathMatch {
  const source = template
    .split(/(\{\w+\})/)
    .map((part) =>
      part.startsWith('{') ? `(?<${part.slice(1, -1)}>[A-Za-z0-9._~-]+)` : part.replace(/[.*+?^$|()[\]\\]/g, '\\$&'),
    )
    .join('');
  const regexp = new RegExp(`^${source}$`);
  return (path) => {
    const match = regexp.exec(path);
    return match ? { ...match.groups } : undefined;
  };
}
