import type { Clock } from '../runtime/clock.ts';
import { progressLines } from './render/progress-lines.ts';
import { progressScreen } from './render/progress-screen.ts';
import type { SweepProgress } from './render/sweep-progress.ts';
import type { Terminal } from './terminal.ts';

/** Shows a running sweep: bars that are redrawn on a terminal, plain lines anywhere else. */
export interface ProgressView {
  update(progress: SweepProgress): void;
  /** A line that stays, above the bars. */
  say(line: string): void;
  /** Takes the bars away. Idempotent. */
  close(): void;
}

const REDRAW_EVERY_MS = 200;
const CLOCKS_EVERY_MS = 1_000;

export function createProgressView(terminal: Terminal, clock: Clock): ProgressView {
  return terminal.isTty ? createScreen(terminal, clock) : createLog(terminal);
}

function createLog(terminal: Terminal): ProgressView {
  let before: SweepProgress | undefined;
  return {
    update(progress) {
      for (const line of progressLines(before, progress)) terminal.write(`${line}\n`);
      before = progress;
    },
    say: (line) => terminal.write(`${line}\n`),
    close() {},
  };
}

function createScreen(terminal: Terminal, clock: Clock): ProgressView {
  const closed = new AbortController();
  let latest: SweepProgress | undefined;
  let changed = false;
  let drawnAt = 0;
  let height = 0;

  /** One write for each redraw, so that the terminal never shows half of it. */
  function draw(above: readonly string[] = []): void {
    const lines = latest
      ? progressScreen(latest, {
          columns: terminal.columns,
          maxTrials: Math.max(1, terminal.rows - 3),
          now: clock.now(),
          colour: terminal.colour,
          unicode: terminal.unicode,
        })
      : [];
    const back = height > 0 ? `\x1b[${height}A\r\x1b[0J` : '';
    terminal.write(back + [...above, ...lines].map((line) => `${line}\n`).join(''));
    height = lines.length;
    changed = false;
    drawnAt = clock.now();
  }

  async function redraw(): Promise<void> {
    while (!closed.signal.aborted) {
      await clock.sleep(REDRAW_EVERY_MS, closed.signal);
      if (latest && !closed.signal.aborted && (changed || clock.now() - drawnAt >= CLOCKS_EVERY_MS)) draw();
    }
  }
  void redraw();

  return {
    update(progress) {
      latest = progress;
      changed = true;
      // Bars show what runs; only what has ended needs a line that stays.
      if (progress.finished.length > 0) draw(progressLines(progress, { ...progress, active: [] }));
    },
    say: (line) => draw([line]),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      latest = undefined;
      draw();
    },
  };
}
