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
  /**
   * Whether cells are given results of equal trials of other sweeps. Absent: as the study says. Trials of a command only where
   * the study says so itself.
   */
  'reuse'?: (boolean);
  '_reuse'?: "reuse";
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
  /**
   * Whether cells are given results of equal trials of other sweeps. Absent: as the study says. Trials of a command only where
   * the study says so itself.
   */
  'reuse'?: (boolean);
  '_reuse'?: "reuse";
}
