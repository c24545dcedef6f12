import type { Role } from '../../core/access/identity.ts';

/** Who asks: nobody, somebody with a token that is none, or one with a role. */
export type Asker = 'nobody' | 'stranger' | Role;

/** One request, small enough to be printed, and what may come of it. */
export type FuzzRequest =
  | {
      readonly kind: 'rpc';
      readonly asker: Asker;
      /** `/package.Service/Method` */
      readonly path: string;
      /** Messages, encoded; all but bidirectional streams have one. */
      readonly messages: readonly Uint8Array[];
      /** Whether the bytes are a message of the method's type. */
      readonly wellFormed: boolean;
      /** Error code that the study in it has to be refused with; `OK` when it is good; absent when there is none. */
      readonly study?: string;
    }
  | {
      readonly kind: 'http';
      readonly asker: Asker;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly study?: string;
    }
  | { readonly kind: 'bytes'; readonly port: 'grpc' | 'http'; readonly chunks: readonly Uint8Array[] };

/** What came of it. */
export interface Answer {
  /** A gRPC status name, an HTTP status, `closed` or `silent`. */
  readonly status: string;
  /** `code` of the details or of the body, if there is one. */
  readonly code?: string | undefined;
  readonly message?: string;
}
