// Original file: proto/tickwork/v1/result.proto


export interface ExportChunk {
  'data'?: (Buffer | Uint8Array | string);
  /**
   * In the first chunk only.
   */
  'mediaType'?: (string);
  'fileName'?: (string);
}

export interface ExportChunk__Output {
  'data': (Buffer);
  /**
   * In the first chunk only.
   */
  'mediaType': (string);
  'fileName': (string);
}
