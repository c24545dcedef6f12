// Original file: proto/tickwork/v1/worker.proto


/**
 * Words with which a command has to begin.
 */
export interface CommandPrefix {
  'words'?: (string)[];
}

/**
 * Words with which a command has to begin.
 */
export interface CommandPrefix__Output {
  'words': (string)[];
}
