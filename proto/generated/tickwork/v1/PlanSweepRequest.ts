// Original file: proto/tickwork/v1/sweep.proto


export interface PlanSweepRequest {
  'studyYaml'?: (string);
  /**
   * As in SubmitSweepRequest.
   */
  'reuse'?: (boolean);
  '_reuse'?: "reuse";
}

export interface PlanSweepRequest__Output {
  'studyYaml': (string);
  /**
   * As in SubmitSweepRequest.
   */
  'reuse'?: (boolean);
  '_reuse'?: "reuse";
}
