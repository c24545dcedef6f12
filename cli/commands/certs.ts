import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { type Identity, isRole } from '../../core/access/identity.ts';
import { identityName } from '../../core/access/token-file.ts';
import { type GlobalOptions, note, printJson, printLines } from '../context.ts';
import { renderMembers } from '../render/credentials.ts';
import type { AddCommand } from './command.ts';
import { collect, examples, wholeNumber } from './options.ts';

interface CertsOptions extends GlobalOptions {
  readonly dir: string;
  readonly host?: readonly string[];
  readonly worker?: readonly string[];
  readonly user?: readonly Identity[];
  readonly renew?: readonly string[];
  readonly days: number;
}

export const addCerts: AddCommand = (program, cli) => {
  program
    .command('certs')
    .description('make a certificate authority and a folder of credentials for each program and person; safe to repeat')
    .option('--dir <DIR>', 'where they are kept; the key in its folder authority signs all others', 'certs')
    .option('--host <NAME>', 'a name or address of the machines of coordinator and NATS; may be given again', collect)
    .option('--worker <NAME>', 'a worker, which may run under this name only; may be given again', collectName)
    .option('--user <NAME=ROLE>', 'a person or program: viewer, submitter or admin; may be given again', collectUser)
    .option('--days <N>', 'how long new certificates are good', wholeNumber(1, 3_650), 365)
    .option('--renew <NAME>', 'make a new key and certificate for it; may be given again', collect)
    .addHelpText(
      'after',
      examples(
        'tickwork certs --host head.lab.example --worker gpu0 --worker gpu1 --user ada=submitter --user grafana=viewer',
        'tickwork certs                     # lists them, and when each ends',
        'tickwork certs --renew gpu0 --days 90',
      ),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as CertsOptions;
      // Loaded here, so that `tickwork ls` does not wait for what makes certificates.
      const { listMembers, makeCredentials } = await import('../credentials/credentials-store.ts');
      const workers = (options.worker ?? []).map((name): Identity => ({ name, role: 'worker' }));
      const made = await makeCredentials(options.dir, {
        hosts: options.host ?? [],
        people: [...workers, ...(options.user ?? [])],
        renew: options.renew ?? [],
        days: options.days,
        now: cli.clock.now(),
      });
      const members = (await listMembers(options.dir)).map(({ name, role, hosts, endsAt }) => ({
        ...{ name, role, hosts, folder: join(options.dir, name), ends: new Date(endsAt).toISOString() },
        made: made.includes(name),
      }));
      if (options.json) return printJson(cli, { members });
      printLines(cli, renderMembers(members));
      note(
        cli,
        `Copy each folder to its machine. Keep ${join(options.dir, 'authority')} to yourself: who has it can be anybody.`,
      );
    });
};

export function collectName(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), nameOf(text)];
}

function nameOf(text: string): string {
  if (identityName.safeParse(text).success) return text;
  throw new InvalidArgumentError(
    `Expected a name of 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(text)}.`,
  );
}

function collectUser(text: string, before: readonly Identity[] | undefined): Identity[] {
  const [name = '', role = '', ...rest] = text.split('=');
  if (rest.length === 0 && isRole(role) && role !== 'worker') return [...(before ?? []), { name: nameOf(name), role }];
  throw new InvalidArgumentError(`Expected NAME=viewer, NAME=submitter or NAME=admin, got ${JSON.stringify(text)}.`);
}
