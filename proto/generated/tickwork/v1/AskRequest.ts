// Original file: proto/tickwork/v1/search.proto


export interface AskRequest {
  /**
   * At most 64 letters, digits, ".", "_" or "-", chosen by the client; makes a retry safe, also by a later process.
   */
  'requestId'?: (string);
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent'?: (string);
  /**
   * A JSON object: the value of each factor that the configuration has, for example {"learningRate": 0.01, "optimiser": "sgd"}.
   */
  'parametersJson'?: (string);
}

export interface AskRequest__Output {
  /**
   * At most 64 letters, digits, ".", "_" or "-", chosen by the client; makes a retry safe, also by a later process.
   */
  'requestId': (string);
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent': (string);
  /**
   * A JSON object: the value of each factor that the configuration has, for example {"learningRate": 0.01, "optimiser": "sgd"}.
   */
  'parametersJson': (string);
}
