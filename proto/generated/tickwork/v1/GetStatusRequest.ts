// Original file: proto/tickwork/v1/cluster.proto


export interface GetStatusRequest {
}

export interface GetStatusRequest__Output {
}
