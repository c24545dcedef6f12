// Original file: proto/tickwork/v1/sweep.proto


/**
 * One factor at one level, for example config = A-LRN.
 */
export interface Level {
  'factor'?: (string);
  'label'?: (string);
}

/**
 * One factor at one level, for example config = A-LRN.
 */
export interface Level__Output {
  'factor': (string);
  'label': (string);
}
