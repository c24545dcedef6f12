// Original file: proto/tickwork/v1/worker.proto


export interface UnreceiptedRecords {
  'recordIds'?: (string)[];
}

export interface UnreceiptedRecords__Output {
  'recordIds': (string)[];
}
