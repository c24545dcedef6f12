import { ServerInterceptingCall, type ServerInterceptor, type ServerMethodDefinition, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import { shownByCertificate } from '../../proto/credentials/certificate-identity.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Credentials } from '../access/authenticator.ts';
import type { Admission, Guard } from '../access/guard.ts';
import type { Action } from '../access/permissions.ts';
import type { Callers } from './callers.ts';
import type { Connections } from './connections.ts';
import { RPC_METHODS, type RpcMethod } from './methods.ts';
import { toStatus } from './status.ts';

export interface AdmissionDeps {
  readonly guard: Guard;
  readonly callers: Callers;
  readonly connections: Pick<Connections, 'admitted'>;
  readonly logger: Logger;
  readonly onRefused: (method: RpcMethod, code: number) => void;
}

/** The services beside ours. */
const OTHERS: Readonly<Record<string, Action>> = {
  'grpc.health.v1.Health': 'Health',
  'grpc.reflection.v1.ServerReflection': 'Reflection',
  'grpc.reflection.v1alpha.ServerReflection': 'Reflection',
};

/** @param path of a method, `/package.Service/Method`. @returns undefined for what is not in the table: refused. */
export function actionOf(path: string): Action | undefined {
  const [, service = '', method = ''] = path.split('/');
  if (service.startsWith('tickwork.v1.')) return RPC_METHODS.find((name) => name === method);
  return Object.hasOwn(OTHERS, service) ? OTHERS[service] : undefined;
}

/**
 * Asks the guard about every call of every service, before its first message is read; a refused call ends with the status and
 * its details.
 */
export function createAdmission({ guard, callers, connections, logger, onRefused }: AdmissionDeps): ServerInterceptor {
  return (method, call) => {
    let admission: Admission | undefined;
    const release = (): void => admission?.release();
    const peer = call.getConnectionInfo();
    const path = (method as ServerMethodDefinition<unknown, unknown>).path;

    function admit(credentials: Credentials): Admission {
      const action = actionOf(path);
      if (!action)
        throw new TickworkError(
          'PERMISSION_DENIED',
          `Expected a call that has roles, got ${path}, which nobody may make.`,
        );
      return guard.admit(action, credentials, peer.remoteAddress ?? '');
    }

    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            const [authorization] = metadata.get('authorization');
            const { subjectaltname, valid_from } = call.getAuthContext().sslPeerCertificate ?? {};
            const certificate = shownByCertificate(subjectaltname, valid_from);
            try {
              admission = admit({
                ...(authorization === undefined ? {} : { authorization: String(authorization) }),
                ...(certificate ? { certificate } : {}),
              });
            } catch (error) {
              const failure = toStatus(error, path, logger);
              logger.info({ path, peer: peer.remoteAddress, code: status[failure.code] }, 'refused a call');
              const refused = RPC_METHODS.find((name) => path.endsWith(`/${name}`));
              if (refused) onRefused(refused, failure.code);
              call.sendStatus(failure);
              return;
            }
            connections.admitted(peer);
            callers.set(metadata, admission);
            pass(metadata);
          },
          onCancel: release,
        });
      },
      sendStatus(reply, next) {
        release();
        next(reply);
      },
    });
  };
}
