/** Where a command writes and what that place can show. */
export interface Terminal {
  write(text: string | Uint8Array): void;
  readonly isTty: boolean;
  /** Width and height now; they change when the window does. */
  readonly columns: number;
  readonly rows: number;
  /** A terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly colour: boolean;
  /** The locale says UTF-8. */
  readonly unicode: boolean;
}

/** What is asked of `process.stdout` and `process.stderr`. */
export interface OutputStream {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function createTerminal(stream: OutputStream, env: Environment): Terminal {
  const isTty = stream.isTTY === true && env.TERM !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    isTty,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    // https://no-color.org: present and not empty.
    colour: isTty && (env.NO_COLOR ?? '') === '',
    unicode: /UTF-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || ''),
  };
}
