// Original file: proto/tickwork/v1/result.proto

import type { GetTableRequest as _tickwork_v1_GetTableRequest, GetTableRequest__Output as _tickwork_v1_GetTableRequest__Output } from '../../tickwork/v1/GetTableRequest.ts';
import type { TableFormat as _tickwork_v1_TableFormat, TableFormat__Output as _tickwork_v1_TableFormat__Output } from '../../tickwork/v1/TableFormat.ts';

export interface ExportTableRequest {
  'table'?: (_tickwork_v1_GetTableRequest | null);
  'format'?: (_tickwork_v1_TableFormat);
  /**
   * Export although cells are missing; the document then says so.
   */
  'allowIncomplete'?: (boolean);
}

export interface ExportTableRequest__Output {
  'table': (_tickwork_v1_GetTableRequest__Output | null);
  'format': (_tickwork_v1_TableFormat__Output);
  /**
   * Export although cells are missing; the document then says so.
   */
  'allowIncomplete': (boolean);
}
