// Original file: proto/tickwork/v1/cluster.proto


export interface DrainWorkerRequest {
  /**
   * Resource name, `workers/{worker}`.
   */
  'name'?: (string);
}

export interface DrainWorkerRequest__Output {
  /**
   * Resource name, `workers/{worker}`.
   */
  'name': (string);
}
