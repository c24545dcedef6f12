/** Busy slot milliseconds since the worker connected. */
export interface SlotUse {
  begin(leaseId: string, now: number): void;
  finish(leaseId: string, now: number): void;
  /** 0 to 1. */
  ratio(now: number): number;
}

export function createSlotUse(slots: number, since: number): SlotUse {
  const begun = new Map<string, number>();
  let finishedMs = 0;
  return {
    begin: (leaseId, now) => void begun.set(leaseId, now),
    finish(leaseId, now) {
      const start = begun.get(leaseId);
      if (start === undefined) return;
      begun.delete(leaseId);
      finishedMs += now - start;
    },
    ratio(now) {
      let busy = finishedMs;
      for (const start of begun.values()) busy += now - start;
      const whole = slots * (now - since);
      return whole > 0 ? Math.min(1, busy / whole) : 0;
    },
  };
}
