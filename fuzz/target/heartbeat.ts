import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

/**
 * Asks /healthz at every beat, beside the requests. An event loop that stands still lets beats go unanswered while its process computes:
 * what it computes from a beat to its answer is measured in its own CPU time, so that a busy machine does not look like a busy loop.
 */
export interface Heartbeat {
  readonly beats: number;
  /** Most beats in a row without an answer. */
  readonly worstSilence: number;
  /** Most CPU time of the coordinator from a beat to its answer, ms; ticks of the kernel are 10 ms. */
  readonly worstCpuMs: number;
  /** Answers other than 200. */
  readonly wrong: number;
  stop(): void;
}

const EVERY_MS = 20;

/** @param pid of the coordinator. */
export function startHeartbeat(http: string, pid: number): Heartbeat {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const [host, port] = [http.slice(0, http.lastIndexOf(':')), Number(http.slice(http.lastIndexOf(':') + 1))];
  let [beats, silence, worstSilence, worstCpuMs, wrong] = [0, 0, 0, 0, 0];
  let waiting = false;

  function beat(): void {
    beats++;
    if (waiting) {
      silence++;
      worstSilence = Math.max(worstSilence, silence);
      return;
    }
    waiting = true;
    const before = cpuMs(pid);
    const answered = (good: boolean): void => {
      [waiting, silence] = [false, 0];
      worstCpuMs = Math.max(worstCpuMs, cpuMs(pid) - before);
      if (!good) wrong++;
    };
    const asked = request({ host, port, path: '/healthz', agent }, (response) => {
      response.resume();
      response.on('end', () => answered(response.statusCode === 200));
    });
    asked.on('error', () => answered(false));
    asked.end();
  }

  const timer = setInterval(beat, EVERY_MS);
  return {
    get beats() {
      return beats;
    },
    get worstSilence() {
      return worstSilence;
    },
    get worstCpuMs() {
      return worstCpuMs;
    },
    get wrong() {
      return wrong;
    },
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}

/** Fields 14 and 15 of /proc/{pid}/stat, in ticks of 10 ms; 0 where there is no /proc. */
function cpuMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}
