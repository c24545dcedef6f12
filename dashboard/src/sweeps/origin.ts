/** The trial whose result another one was given. @param name of it, `sweeps/{sweep}/trials/{cell}` */
export function originOf(name: string): { readonly sweep: string; readonly text: string } {
  const [, sweep = name, cell = ''] = /^(sweeps\/[^/]+)\/trials\/(.+)$/.exec(name) ?? [];
  return { sweep, text: `from ${sweep.replace('sweeps/', '')}, trial ${cell}` };
}
