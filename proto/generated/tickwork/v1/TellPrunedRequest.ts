// Original file: proto/tickwork/v1/search.proto


export interface TellPrunedRequest {
  /**
   * The trial, `sweeps/{sweep}/trials/{cell}`.
   */
  'name'?: (string);
  /**
   * For people.
   */
  'reason'?: (string);
  /**
   * After which train epoch, and the value there; for people.
   */
  'trainEpoch'?: (number);
  'value'?: (number | string);
  '_value'?: "value";
}

export interface TellPrunedRequest__Output {
  /**
   * The trial, `sweeps/{sweep}/trials/{cell}`.
   */
  'name': (string);
  /**
   * For people.
   */
  'reason': (string);
  /**
   * After which train epoch, and the value there; for people.
   */
  'trainEpoch': (number);
  'value'?: (number);
  '_value'?: "value";
}
