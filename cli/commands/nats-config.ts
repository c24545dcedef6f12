import { join, resolve } from 'node:path';
import { TickworkError } from '../../core/errors.ts';
import { CREDENTIAL_FILES } from '../../proto/credentials/credentials-folder.ts';
import { isSubjectToken } from '../../proto/subjects.ts';
import type { GlobalOptions } from '../context.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';

interface NatsConfigOptions extends GlobalOptions {
  readonly dir: string;
  readonly namespace: string;
  readonly serverDir?: string;
  readonly tls: boolean;
}

export const addNatsConfig: AddCommand = (program, cli) => {
  program
    .command('nats-config')
    .description(
      'print what a nats-server needs to know of the credentials: its certificate, and who may use which subjects',
    )
    .option('--dir <DIR>', 'where `tickwork certs` keeps them', 'certs')
    .option('--namespace <NAME>', "the coordinator's --namespace", 'tickwork')
    .option('--server-dir <DIR>', "the folder nats as the server's machine sees it (default: where it is here)")
    .option('--no-tls', 'leave encryption out, for a server that only this machine reaches')
    .addHelpText(
      'after',
      examples(
        'tickwork nats-config --server-dir /etc/nats/tickwork > /etc/nats/tickwork.conf   # then: include "tickwork.conf"',
        'tickwork nats-config --dir certs --namespace vision',
      ),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as NatsConfigOptions;
      const { natsMembers } = await import('../credentials/credentials-store.ts');
      const { natsAuthorization } = await import('../credentials/nats-users.ts');
      if (!isSubjectToken(options.namespace))
        throw new TickworkError(
          'ARGUMENT_INVALID',
          `Expected --namespace to be 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(options.namespace)}.`,
        );
      const members = await natsMembers(options.dir);
      if (members.length === 0)
        throw new TickworkError(
          'ARGUMENT_INVALID',
          `Expected credentials in ${options.dir}, got none. Make them with \`tickwork certs\`.`,
        );
      const server = options.serverDir ?? resolve(options.dir, 'nats');
      cli.stdout.write(
        `# Written by \`tickwork nats-config\`: include it in nats.conf, and again after \`tickwork certs\` has made more workers.\n${
          options.tls ? tlsBlock(server) : ''
        }${natsAuthorization(options.namespace, members)}`,
      );
    });
};

function tlsBlock(folder: string): string {
  const file = (name: string): string => JSON.stringify(join(folder, name));
  const { certificate, key, ca } = CREDENTIAL_FILES;
  return `tls {\n  cert_file: ${file(certificate)}\n  key_file: ${file(key)}\n  ca_file: ${file(ca)}\n  verify: true\n}\n`;
}
