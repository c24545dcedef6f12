/** What a study asks of the workers that run its trials. Plain JSON: part of a stored study. */
export interface Requirements {
  /** Instead of the estimate: memory of the device that one trial needs. */
  readonly memoryBytes?: number;
  /** Any of these. */
  readonly executors?: readonly string[];
  readonly devices?: readonly string[];
  /** Every one of these labels, with any of its values. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
}

export const EXECUTORS = ['onnx', 'torch', 'tensorflow', 'cpu'] as const;
export const DEVICE_KINDS = ['cpu', 'cuda', 'webgpu'] as const;
