// Original file: proto/tickwork/v1/sweep.proto


export interface SubmitSweepRequest {
  /**
   * A UUID chosen by the client; makes a retry safe.
   */
  'requestId'?: (string);
  'studyYaml'?: (string);
}

export interface SubmitSweepRequest__Output {
  /**
   * A UUID chosen by the client; makes a retry safe.
   */
  'requestId': (string);
  'studyYaml': (string);
}
