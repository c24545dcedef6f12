import type { Row } from './panel.ts';
import { COORDINATOR_ROW } from './rows/coordinator.ts';
import { LEASES_AND_FAILURES } from './rows/leases-and-failures.ts';
import { NOW } from './rows/now.ts';
import { RECORDS } from './rows/records.ts';
import { SWEEPS } from './rows/sweeps.ts';
import { WORKERS } from './rows/workers.ts';

/** The whole dashboard as data, from top to bottom; dashboard.ts turns it into Grafana's JSON. */
export const ROWS: readonly Row[] = [NOW, SWEEPS, WORKERS, RECORDS, LEASES_AND_FAILURES, COORDINATOR_ROW];
