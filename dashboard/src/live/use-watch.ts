import { useEffect, useState } from 'react';
import { ApiError } from '../api/failures.ts';
import { useConnection } from './connection.ts';
import { pause, REFUSED_MS, retryDelayMs } from './pause.ts';
import { usePageVisible } from './use-page-visible.ts';

export interface Live<T> {
  /** The latest message; kept while the connection is lost. */
  readonly value?: T;
  /** The latest refusal; gone with the next answer. */
  readonly error?: Error;
}

/**
 * Follows a stream and comes again when it is lost, and later when it is refused: what is not there yet may come.
 * @param key names what is followed; another key is another stream.
 */
export function useWatch<T>(key: string, open: (signal: AbortSignal) => AsyncIterable<T>): Live<T> {
  const connection = useConnection();
  const visible = usePageVisible();
  const [live, setLive] = useState<Live<T>>({});

  // biome-ignore lint/correctness/useExhaustiveDependencies: `open` is made anew by every render and means what the key says
  useEffect(() => {
    if (!visible) return;
    const abort = new AbortController();
    const { signal } = abort;

    async function follow(): Promise<void> {
      for (let attempt = 0; !signal.aborted; attempt++) {
        try {
          for await (const value of open(signal)) {
            if (signal.aborted) return;
            attempt = 0;
            connection.report(key, true);
            setLive({ value });
          }
          return;
        } catch (error) {
          if (signal.aborted) return;
          const refused = error instanceof ApiError;
          if (refused) setLive({ error });
          connection.report(key, refused);
          await pause(refused ? REFUSED_MS : retryDelayMs(attempt), signal);
        }
      }
    }

    void follow();
    return () => {
      abort.abort();
      connection.report(key, true);
    };
  }, [key, visible, connection]);

  return live;
}
