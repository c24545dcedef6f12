import { credentials, type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../proto/load.ts';
