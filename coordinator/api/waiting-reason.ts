import { type ClusterState, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { sweepsByTurn } from '../../core/sweep/turns.ts';
import type { ClusterSessions } from '../sessions/cluster-sessions.ts';

/** Why a pending cell of this sweep waits: nobody is left guessing. */
export function waitingReason(
  sweep: SweepState,
  state: ClusterState,
  sessions: ClusterSessions,
): (cell: number) => string {
  const connected = sessions.registry.connected();
  const slots = connected.reduce((total, { hello }) => total + hello.slots, 0);
  const free = connected.reduce((total, session) => total + sessions.freeSlots(session), 0);
  const [first] = sweepsByTurn(state);
  return (cell) => {
    const trial = trialOf(sweep, cell);
    const retry =
      trial.state === 'pending' && trial.lost ? `attempt ${trial.attempt} was lost (${trial.lost.message}); ` : '';
    if (sweep.paused) return `${retry}the sweep is paused`;
    if (connected.length === 0) return `${retry}no worker is connected`;
    if (free > 0) return `${retry}about to start`;
    if (first && first.id !== sweep.id) return `${retry}all ${slots} slots are busy, and ${first.id} comes first`;
    return `${retry}all ${slots} slots are busy`;
  };
}
