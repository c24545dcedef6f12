// Original file: proto/tickwork/v1/result.proto

import type { MetricColumn as _tickwork_v1_MetricColumn, MetricColumn__Output as _tickwork_v1_MetricColumn__Output } from '../../tickwork/v1/MetricColumn.ts';
import type { TableRow as _tickwork_v1_TableRow, TableRow__Output as _tickwork_v1_TableRow__Output } from '../../tickwork/v1/TableRow.ts';
import type { Long } from '@grpc/proto-loader';

export interface Table {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent'?: (string);
  'title'?: (string);
  /**
   * Revision of the sweep that this table shows.
   */
  'revision'?: (number | string | Long);
  'groupBy'?: (string)[];
  'metrics'?: (_tickwork_v1_MetricColumn)[];
  /**
   * Where the published values come from; empty when there are none.
   */
  'publishedSource'?: (string);
  'rows'?: (_tickwork_v1_TableRow)[];
  /**
   * False while any cell has no committed result.
   */
  'complete'?: (boolean);
  'totalRows'?: (number);
  'nextPageToken'?: (string);
}

export interface Table__Output {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent': (string);
  'title': (string);
  /**
   * Revision of the sweep that this table shows.
   */
  'revision': (number);
  'groupBy': (string)[];
  'metrics': (_tickwork_v1_MetricColumn__Output)[];
  /**
   * Where the published values come from; empty when there are none.
   */
  'publishedSource': (string);
  'rows': (_tickwork_v1_TableRow__Output)[];
  /**
   * False while any cell has no committed result.
   */
  'complete': (boolean);
  'totalRows': (number);
  'nextPageToken': (string);
}
