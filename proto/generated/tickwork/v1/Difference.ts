// Original file: proto/tickwork/v1/result.proto


/**
 * A factor that is at another level than in the base row.
 */
export interface Difference {
  'factor'?: (string);
  /**
   * Labels in the base row and here.
   */
  'base'?: (string);
  'label'?: (string);
}

/**
 * A factor that is at another level than in the base row.
 */
export interface Difference__Output {
  'factor': (string);
  /**
   * Labels in the base row and here.
   */
  'base': (string);
  'label': (string);
}
