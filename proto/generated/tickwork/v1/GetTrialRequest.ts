// Original file: proto/tickwork/v1/sweep.proto


export interface GetTrialRequest {
  /**
   * Resource name, `sweeps/{sweep}/trials/{cell}`.
   */
  'name'?: (string);
}

export interface GetTrialRequest__Output {
  /**
   * Resource name, `sweeps/{sweep}/trials/{cell}`.
   */
  'name': (string);
}
