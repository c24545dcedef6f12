// Original file: proto/tickwork/v1/sweep.proto


export interface SubmitSweepRequest {
  /**
   * A UUID chosen by the client; makes a retry safe.
   */
  'requestId'?: (string);
  'studyYaml'?: (string);
  /**
   * Whose share of the slots it has. Only where the coordinator asks nobody who they are; else it is the caller.
   */
  'user'?: (string);
}

export interface SubmitSweepRequest__Output {
  /**
   * A UUID chosen by the client; makes a retry safe.
   */
  'requestId': (string);
  'studyYaml': (string);
  /**
   * Whose share of the slots it has. Only where the coordinator asks nobody who they are; else it is the caller.
   */
  'user': (string);
}
