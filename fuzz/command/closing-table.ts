/** The last line of a run. */
export interface FuzzResult {
  readonly seed: number;
  readonly requests: number;
  /** Ends of the coordinator's process that nobody asked for. */
  readonly crashes: number;
  readonly hangs: number;
  readonly wrongStatus: number;
  readonly heartbeats: number;
  /** Most beats of 20 ms in a row that went unanswered. */
  readonly worstSilence: number;
  /** Most CPU time of the coordinator from a heartbeat to its answer, ms. */
  readonly worstCpuMs: number;
  readonly wrongHeartbeats: number;
  readonly responsive: boolean;
}

/** @param counts how often each kind of request had each answer. */
export function closingTable(result: FuzzResult, counts: ReadonlyMap<string, number>): string[] {
  const rows = [
    ...[...counts].toSorted(([a], [b]) => a.localeCompare(b)),
    ['requests', result.requests] as const,
    ['crashes', result.crashes] as const,
    ['hangs', result.hangs] as const,
    ['wrong answers', result.wrongStatus] as const,
    ['heartbeats', result.heartbeats] as const,
    ['most heartbeats without an answer', result.worstSilence] as const,
    ['most CPU before an answer, ms', result.worstCpuMs] as const,
  ];
  const figures = rows.map(([, count]) => count.toLocaleString('en'));
  const width = Math.max(...figures.map((figure) => figure.length));
  return rows.map(([name], i) => `${name.padEnd(36)}${(figures[i] as string).padStart(width)}`);
}
