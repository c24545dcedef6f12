import { pause, retryDelayMs } from './pause.ts';

/**
 * A part of the page that is loaded when it is needed, asked for until it is there: the coordinator may be away just then, and a
 * part that React cannot load takes the whole page down. A browser remembers under its address that a module could not be fetched (the
 * HTML Standard's module map; Chromium 150 does), so each further try has an address of its own. Where a browser does not say which
 * address has failed, this goes on in vain until the page is reloaded, and everything else is shown all the same.
 */
export async function importPatiently<Module>(load: () => Promise<Module>): Promise<Module> {
  let next = load;
  for (let attempt = 0; ; attempt++) {
    try {
      return await next();
    } catch (error) {
      const failed = addressIn(error);
      if (failed) next = () => import(/* @vite-ignore */ anew(failed, attempt + 1)) as Promise<Module>;
      await pause(retryDelayMs(attempt), new AbortController().signal);
    }
  }
}

/** Chromium and Firefox end their message with it. */
const addressIn = (error: unknown): string | undefined =>
  error instanceof Error ? /https?:\/\/\S+$/.exec(error.message)?.[0] : undefined;

function anew(address: string, attempt: number): string {
  const url = new URL(address);
  url.searchParams.set('again', String(attempt));
  return url.href;
}
