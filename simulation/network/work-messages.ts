import type {
  CoordinatorMessage,
  CoordinatorMessage__Output,
} from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage, WorkerMessage__Output } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../proto/load.ts';

/** The real bytes of WorkerService.Work, so that nothing arrives here that gRPC would not have carried. */
export interface WorkCodec {
  encodeRequest(message: WorkerMessage): Buffer;
  decodeRequest(bytes: Buffer): WorkerMessage__Output;
  encodeReply(message: CoordinatorMessage): Buffer;
  decodeReply(bytes: Buffer): CoordinatorMessage__Output;
}

export function createWorkCodec(): WorkCodec {
  const { Work } = loadTickworkProto().WorkerService.service;
  return {
    encodeRequest: (message) => Work.requestSerialize(message as WorkerMessage__Output),
    decodeRequest: (bytes) => Work.requestDeserialize(bytes),
    encodeReply: (message) => Work.responseSerialize(message as CoordinatorMessage__Output),
    decodeReply: (bytes) => Work.responseDeserialize(bytes),
  };
}
