/** What a finder may know of the machine it looks at; plain data, so that a test can describe another one. */
export interface Machine {
  /** `process.platform` and `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** Numeric user id; 0 is root. */
  readonly uid: number;
  /** The process environment; PATH, HOME, XDG_CACHE_HOME are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What every finder needs besides the machine. */
export interface ProvisionContext {
  readonly machine: Machine;
  /** Tells the person what takes a while, one line at a time. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}
