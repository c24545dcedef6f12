import { drawRequests } from '../requests/draw.ts';
import { complaintAbout } from '../requests/expect.ts';
import type { FuzzRequest } from '../requests/request.ts';
import { createAsking } from '../target/ask.ts';
import { startHeartbeat } from '../target/heartbeat.ts';
import { startTarget } from '../target/target.ts';
import { closingTable, type FuzzResult } from './closing-table.ts';
import type { FuzzOptions } from './options.ts';

/** Requests under way at the same time. */
const AT_ONCE = 8;
/** CPU time for which the event loop may stand still: a study of 128 KiB is read in one piece. */
const MAX_CPU_MS = 1_500;
/** Complaints that are printed whole. */
const MAX_PRINTED = 20;

/** Draws the requests, makes them, compares the answers. @returns the last line of the run. */
export async function fuzz(options: FuzzOptions, say: (line: string) => void, program?: string): Promise<FuzzResult> {
  const all = drawRequests(options.requests, options.seed);
  const chosen = all
    .map((request, index) => ({ request, index }))
    .filter(({ index }) => options.only === undefined || index === options.only);
  const target = await startTarget(program);
  const counts = new Map<string, number>();
  const complaints: string[] = [];
  let died: string | undefined;
  void target.died.then((how) => {
    died = how;
  });
  const asking = createAsking(target);
  const heartbeat = startHeartbeat(target.http, target.pid);
  let hangs = 0;
  try {
    const queue = chosen.values();
    const work = async (): Promise<void> => {
      for (const { request, index } of queue) {
        if (died !== undefined) return;
        const answer = await asking.ask(request);
        const kind = `${request.kind} ${answer.status}`;
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (answer.status === 'silent') hangs++;
        const complaint = complaintAbout(request, answer);
        if (complaint !== undefined)
          complaints.push(`request ${index} of seed ${options.seed}: ${complaint}\n  ${describe(request)}`);
        if (options.only !== undefined && !options.json) say(`${describe(request)}\n${JSON.stringify(answer)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const { beats, worstSilence, worstCpuMs, wrong } = heartbeat;
    const crashes = died === undefined ? 0 : 1;
    const result: FuzzResult = {
      ...{ seed: options.seed, requests: chosen.length, crashes, hangs, wrongStatus: complaints.length },
      heartbeats: beats,
      worstSilence,
      worstCpuMs,
      wrongHeartbeats: wrong,
      responsive: beats > 0 && worstCpuMs <= MAX_CPU_MS && wrong === 0,
    };
    if (!options.json) {
      for (const complaint of complaints.slice(0, MAX_PRINTED)) say(complaint);
      if (died !== undefined) say(`The coordinator died: ${died}`);
      for (const line of closingTable(result, counts)) say(line);
    }
    return result;
  } finally {
    heartbeat.stop();
    asking.close();
    await target.close();
  }
}

export function isGood({ crashes, hangs, wrongStatus, responsive }: FuzzResult): boolean {
  return crashes === 0 && hangs === 0 && wrongStatus === 0 && responsive;
}

function describe(request: FuzzRequest): string {
  const text = JSON.stringify(request, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}
