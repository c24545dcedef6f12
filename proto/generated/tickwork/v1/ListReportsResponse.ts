// Original file: proto/tickwork/v1/result.proto

import type { Report as _tickwork_v1_Report, Report__Output as _tickwork_v1_Report__Output } from '../../tickwork/v1/Report.ts';

export interface ListReportsResponse {
  'reports'?: (_tickwork_v1_Report)[];
  'nextPageToken'?: (string);
}

export interface ListReportsResponse__Output {
  'reports': (_tickwork_v1_Report__Output)[];
  'nextPageToken': (string);
}
