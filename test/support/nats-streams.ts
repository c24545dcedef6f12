import { connect, type StreamAPI } from 'nats';
import type { NatsServer } from './nats-server.ts';

/** What an operator can do to the streams of a server. */
export async function withStreams<T>(nats: NatsServer, use: (streams: StreamAPI) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: nats.url });
  try {
    return await use((await connection.jetstreamManager()).streams);
  } finally {
    await connection.close();
  }
}
