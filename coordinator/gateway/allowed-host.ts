import { isIP } from 'node:net';

/**
 * Decides by the Host header whether a request may reach the API and the page.
 *
 * Against DNS rebinding: a foreign page can point its own name at this machine, but its requests then still carry that name.
 * So names must be known: `localhost` and those given. An address needs no list: nobody can rebind a literal address.
 * @param names further names under which the coordinator is reached, without port, any case.
 */
export function createHostCheck(names: readonly string[]): (hostHeader: string | undefined) => boolean {
  const known = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  return (hostHeader) => {
    const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(hostHeader ?? '');
    if (!match) return false;
    const [, address, name] = match;
    if (address !== undefined) return isIP(address) === 6;
    return name !== undefined && (isIP(name) === 4 || known.has(name.toLowerCase()));
  };
}
