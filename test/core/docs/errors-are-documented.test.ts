import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../../core/errors.ts';
import { GRPC_STATUS } from '../../../proto/grpc-status.ts';

interface Documented {
  readonly code: string;
  readonly meaning: string;
  readonly grpcStatus: string;
  readonly retry: string;
  readonly remedy: string;
}

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const documented: readonly Documented[] = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [code = '', meaning = '', grpcStatus = '', retry = '', remedy = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return { code: code.replaceAll('`', ''), meaning, grpcStatus, retry, remedy };
  });

describe('docs/errors.md', () => {
  it('has a row for every code, and no other, in the order of core/errors.ts', () => {
    expect(documented.map(({ code }) => code)).toEqual(Object.keys(ERROR_CODES));
  });

  it('says of each code what core/errors.ts says', () => {
    for (const { code, meaning, retry } of documented) {
      const { summary, retryable } = ERROR_CODES[code as ErrorCode];
      expect({ code, meaning, retry }).toEqual({ code, meaning: summary, retry: retryable ? 'yes' : 'no' });
    }
  });

  it('names the gRPC status that a client gets', () => {
    for (const { code, grpcStatus } of documented) {
      expect({ code, grpcStatus }).toEqual({ code, grpcStatus: status[GRPC_STATUS[code as ErrorCode]] });
    }
  });

  it('says what to do about each', () => {
    for (const { code, remedy } of documented) expect(remedy, code).toMatch(/^[A-Z].{10,}\.$/);
  });
});
