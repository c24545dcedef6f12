// Original file: proto/tickwork/v1/sweep.proto


export interface PlanSweepRequest {
  'studyYaml'?: (string);
}

export interface PlanSweepRequest__Output {
  'studyYaml': (string);
}
