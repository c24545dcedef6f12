// Original file: proto/tickwork/v1/sweep.proto


export interface EditSweepRequest {
  'requestId'?: (string);
  'name'?: (string);
  'studyYaml'?: (string);
  /**
   * End running trials whose cells the new study does not have; else they finish.
   */
  'cancelRunning'?: (boolean);
  'dryRun'?: (boolean);
}

export interface EditSweepRequest__Output {
  'requestId': (string);
  'name': (string);
  'studyYaml': (string);
  /**
   * End running trials whose cells the new study does not have; else they finish.
   */
  'cancelRunning': (boolean);
  'dryRun': (boolean);
}
