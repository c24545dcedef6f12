import { Client, type ClientOptions, credentials, Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { channelSecurity } from '../../proto/credentials/channel-security.ts';
import type { ProgramCredentials } from '../../proto/credentials/credentials-folder.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';

export interface RawReply {
  /** Of the status, for example `OK` or `PERMISSION_DENIED`. A stream that would go on is `OK` too. */
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly metadata: Metadata;
}

const PATIENCE_MS = 20_000;

/** Any method by its path, with any bytes as its one message. Streams are cut after their first message. */
export function createRawClient(
  address: string,
  shown: Pick<ProgramCredentials, 'tls' | 'token'> = {},
  options: ClientOptions = {},
) {
  const security = Object.keys(shown).length > 0 ? channelSecurity(address, shown) : undefined;
  const client = new Client(address, security?.credentials ?? credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    ...security?.options,
    ...options,
  });
  return {
    call(
      path: string,
      bytes: Uint8Array = new Uint8Array(),
      headers: Readonly<Record<string, string>> = {},
    ): Promise<RawReply> {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
      const stream = client.makeBidiStreamRequest(
        path,
        (message: Uint8Array) => Buffer.from(message),
        (message: Buffer) => message,
        metadata,
        {
          deadline: Date.now() + PATIENCE_MS,
        },
      );
      return new Promise((resolve) => {
        let streaming = false;
        stream.on('data', () => {
          streaming = true;
        });
        stream.on('error', () => undefined);
        stream.on('status', (reply: StatusObject) => {
          const [details] = reply.metadata.get(STATUS_DETAILS_KEY);
          const name = streaming && reply.code === status.CANCELLED ? 'OK' : (status[reply.code] as string);
          const code = details instanceof Uint8Array ? decodeStatusDetails(details)?.code : undefined;
          resolve({ name, message: reply.details, code, metadata: reply.metadata });
        });
        stream.write(bytes);
        stream.end();
        // An endless stream has been let in once it has said something.
        stream.once('data', () => setTimeout(() => stream.cancel(), 20));
      });
    },
    /** A call that stays open. Resolves with its first message. @returns what ends it. */
    hold(path: string, bytes: Uint8Array): Promise<() => void> {
      const stream = client.makeServerStreamRequest(
        path,
        (message: Uint8Array) => Buffer.from(message),
        (message: Buffer) => message,
        bytes,
        { deadline: Date.now() + PATIENCE_MS },
      );
      return new Promise((resolve, reject) => {
        stream.once('data', () => resolve(() => stream.cancel()));
        stream.on('error', reject);
      });
    },
    close: () => client.close(),
  };
}
