import { useEffect, useState } from 'react';
import { ApiError } from '../api/failures.ts';
import { useConnection } from './connection.ts';
import { pause, REFUSED_MS, retryDelayMs } from './pause.ts';
import { usePageVisible } from './use-page-visible.ts';
import type { Live } from './use-watch.ts';

/**
 * Asks again and again, for what has no stream.
 * @param key names what is asked; another key starts anew at once.
 * @param everyMs pause between an answer and the next question; undefined asks until the first answer only.
 */
export function usePoll<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMs: number | undefined,
): Live<T> {
  const connection = useConnection();
  const visible = usePageVisible();
  const [live, setLive] = useState<Live<T>>({});

  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` is made anew by every render and means what the key says
  useEffect(() => {
    if (!visible) return;
    const abort = new AbortController();
    const { signal } = abort;

    async function follow(): Promise<void> {
      let failures = 0;
      while (!signal.aborted) {
        try {
          const value = await ask(signal);
          if (signal.aborted) return;
          failures = 0;
          connection.report(key, true);
          setLive({ value });
          if (everyMs === undefined) return;
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof ApiError) {
            connection.report(key, true);
            setLive((before) => ({ ...before, error }));
            await pause(REFUSED_MS, signal);
            continue;
          }
          connection.report(key, false);
          failures++;
        }
        await pause(failures > 0 ? retryDelayMs(failures - 1) : (everyMs ?? 0), signal);
      }
    }

    void follow();
    return () => {
      abort.abort();
      connection.report(key, true);
    };
  }, [key, everyMs, visible, connection]);

  return live;
}
