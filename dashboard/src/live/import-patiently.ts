import { pause, retryDelayMs } from './pause.ts';

/**
 * A part of the page that is loaded when it is needed, asked for until it is there: the coordinator may be away just then, and a
 * part that React cannot load takes the whole page down. Chromium fetches anew after a failure; where a browser remembers the failure
 * (the HTML Standard lets it), this goes on until the page is reloaded, and everything else is shown all the same.
 */
export async function importPatiently<Module>(load: () => Promise<Module>): Promise<Module> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await load();
    } catch {
      await pause(retryDelayMs(attempt), new AbortController().signal);
    }
  }
}
