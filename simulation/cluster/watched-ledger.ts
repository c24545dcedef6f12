import type { Ledger } from '../../coordinator/ledger/ledger.ts';
import type { Checker } from '../check/checker.ts';
import type { Process } from '../time/process.ts';

/** Tells the checker of each lease that is about to be taken back for silence. */
export function watchedLedger(ledger: Ledger, process: Process, checker: Checker): Ledger {
  return {
    ...ledger,
    get state() {
      return ledger.state;
    },
    submit(command, options) {
      if (command.type !== 'lose-attempt') return ledger.submit(command, options);
      const { lease, message } = command;
      checker.log.mayEnd(lease.leaseId);
      if (!message.startsWith('lease expired')) return ledger.submit(command, options);
      const wanted = options?.wanted;
      if (wanted === undefined) {
        return ledger.submit(command, options).then((accepted) => {
          checker.leases.expires(process, lease);
          return accepted;
        });
      }
      return ledger.submit(command, {
        ...options,
        wanted() {
          const answer = wanted();
          if (answer) checker.leases.expires(process, lease);
          return answer;
        },
      });
    },
  };
}
