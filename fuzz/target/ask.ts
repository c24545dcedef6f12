import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Client, credentials, Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';
import type { Answer, Asker, FuzzRequest } from '../requests/request.ts';
import type { Target } from './target.ts';

/** After this time a request counts as unanswered; a busy machine is slow, a hang is for ever. */
const PATIENCE_MS = 30_000;
/** A stream that has said something was let in; no more is wanted of it. */
const AFTER_FIRST_MS = 5;
/** Bytes that are no request get this long for a reaction before we hang up ourselves. */
const BYTES_MS = 50;
const NOT_A_TOKEN = 'tickwork_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export interface Asking {
  ask(request: FuzzRequest): Promise<Answer>;
  close(): void;
}

export function createAsking(target: Target): Asking {
  const client = new Client(target.grpc, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.max_send_message_length': -1,
  });
  const authorization = (asker: Asker): string | undefined =>
    asker === 'nobody' ? undefined : `Bearer ${target.tokens[asker] ?? NOT_A_TOKEN}`;

  function rpc({ asker, path, messages }: Extract<FuzzRequest, { kind: 'rpc' }>): Promise<Answer> {
    const metadata = new Metadata();
    const token = authorization(asker);
    if (token !== undefined) metadata.set('authorization', token);
    const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    const call = client.makeBidiStreamRequest(path, same, (bytes: Buffer) => bytes, metadata, {
      deadline: Date.now() + PATIENCE_MS,
    });
    return new Promise((resolve) => {
      let answered = false;
      call.on('data', () => {
        if (!answered) setTimeout(() => call.cancel(), AFTER_FIRST_MS);
        answered = true;
      });
      call.on('error', () => undefined);
      call.on('status', (reply: StatusObject) => {
        const [bytes] = reply.metadata.get(STATUS_DETAILS_KEY);
        const code = bytes instanceof Uint8Array ? decodeStatusDetails(bytes)?.code : undefined;
        const name = status[reply.code] as string;
        const silent = reply.code === status.DEADLINE_EXCEEDED;
        resolve({
          status: silent ? 'silent' : answered && reply.code === status.CANCELLED ? 'OK' : name,
          code,
          message: reply.details,
        });
      });
      for (const message of messages) call.write(message);
      call.end();
    });
  }

  function http({ asker, method, path, headers, body }: Extract<FuzzRequest, { kind: 'http' }>): Promise<Answer> {
    const [host, port] = split(target.http);
    const token = authorization(asker);
    const sent = { ...headers, ...(token === undefined ? {} : { authorization: token }) };
    return new Promise((resolve) => {
      const asked = httpRequest(
        { host, port, method, path, headers: sent, agent: false, timeout: PATIENCE_MS },
        (response) => {
          const chunks: Buffer[] = [];
          const finish = (): void =>
            resolve({ status: String(response.statusCode), ...bodyOf(Buffer.concat(chunks).toString()) });
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
          });
          response.on('close', finish);
          response.on('error', finish);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('silent')));
      asked.on('error', (error) =>
        resolve({ status: error.message === 'silent' ? 'silent' : 'closed', message: error.message }),
      );
      // A body that is shorter than was announced is an answer's cue to wait: then we hang up.
      if (headers['content-length'] !== undefined) setTimeout(() => asked.destroy(), BYTES_MS);
      asked.end(body);
    });
  }

  function bytes({ port: which, chunks }: Extract<FuzzRequest, { kind: 'bytes' }>): Promise<Answer> {
    const [host, port] = split(target[which]);
    return new Promise((resolve) => {
      const socket = connect(port, host);
      let heard = '';
      const finish = (): void => {
        const [, code] = /^HTTP\/1\.\d (\d{3}) /.exec(heard) ?? [];
        resolve({ status: code ?? 'closed' });
      };
      socket.on('data', (data) => {
        heard += data.toString('latin1').slice(0, 100);
      });
      socket.on('error', () => undefined);
      socket.on('close', finish);
      for (const chunk of chunks) socket.write(chunk);
      setTimeout(() => socket.destroy(), BYTES_MS);
    });
  }

  return {
    ask(request) {
      switch (request.kind) {
        case 'rpc':
          return rpc(request);
        case 'http':
          return http(request);
        case 'bytes':
          return bytes(request);
      }
    },
    close: () => client.close(),
  };
}

function bodyOf(text: string): Pick<Answer, 'code' | 'message'> {
  try {
    const { error } = JSON.parse(text) as { error?: { code: string; message: string } };
    return error ? { code: error.code, message: error.message } : {};
  } catch {
    return {};
  }
}

function split(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}
