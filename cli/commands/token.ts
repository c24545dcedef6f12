import { Argument, type Command, Option } from 'commander';
import { ROLES, type Role } from '../../core/access/identity.ts';
import { type CliContext, type GlobalOptions, note, printJson, printLines } from '../context.ts';
import { writePrivateFile } from '../credentials/private-file.ts';
import { addToken, readTokenFile, revokeName } from '../credentials/token-store.ts';
import { renderTokens } from '../render/credentials.ts';
import { collectName } from './certs.ts';
import type { AddCommand } from './command.ts';
import { examples, wholeNumber } from './options.ts';

interface TokenOptions extends GlobalOptions {
  readonly tokens: string;
}

export const addTokenCommands: AddCommand = (program, cli) => {
  const token = program
    .command('token')
    .description('make, list and revoke tokens; the coordinator reads their file again by itself');
  addCreate(token, cli);
  addList(token, cli);
  addRevoke(token, cli);
};

const tokensOption = (): Option =>
  new Option('--tokens <FILE>', "the coordinator's token file; holds no token, only hashes").default('tokens.json');

const nameArgument = (): Argument =>
  new Argument('<NAME>', 'of the person, program or worker').argParser((text) => collectName(text, undefined)[0]);

function addCreate(token: Command, cli: CliContext): void {
  token
    .command('create')
    .description('make a token and print it, once')
    .addArgument(nameArgument())
    .addOption(new Option('--role <ROLE>', 'what its holder may do').choices(ROLES).makeOptionMandatory())
    .option('--days <N>', 'how long it is good (default: until it is revoked)', wholeNumber(1, 36_500))
    .option('--out <FILE>', 'write it there instead, for its owner only; `token` in a folder of credentials is found')
    .addOption(tokensOption())
    .addHelpText(
      'after',
      examples(
        'tickwork token create ada --role submitter',
        'tickwork token create gpu0 --role worker --out certs/gpu0/token',
      ),
    )
    .action(async (name: string, _, self) => {
      const { role, days, out, ...options } = self.optsWithGlobals() as TokenOptions & {
        role: Role;
        days?: number;
        out?: string;
      };
      const made = await addToken(options.tokens, { name, role }, days, cli.clock.now());
      if (out !== undefined) await writePrivateFile(out, `${made}\n`);
      if (options.json)
        return printJson(cli, out === undefined ? { name, role, token: made } : { name, role, file: out });
      if (out === undefined) printLines(cli, [made]);
      note(cli, out === undefined ? `Nobody can show it again. Use it as TICKWORK_TOKEN.` : `Written to ${out}.`);
    });
}

function addList(token: Command, cli: CliContext): void {
  token
    .command('list')
    .description('list whose tokens there are')
    .addOption(tokensOption())
    .addHelpText(
      'after',
      examples('tickwork token list', 'tickwork token list --tokens /etc/tickwork/tokens.json --json'),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as TokenOptions;
      const { tokens, revoked } = await readTokenFile(options.tokens);
      const shown = tokens.map(({ name, role, created, expires }) => ({
        name,
        role,
        created,
        ...(expires === undefined ? {} : { expires }),
      }));
      if (options.json) return printJson(cli, { tokens: shown, revoked });
      printLines(cli, renderTokens(tokens, revoked));
    });
}

function addRevoke(token: Command, cli: CliContext): void {
  token
    .command('revoke')
    .description('refuse the tokens of a name from now on, and certificates of it made so far; what it has open ends')
    .addArgument(nameArgument())
    .addOption(tokensOption())
    .addHelpText('after', examples('tickwork token revoke ada'))
    .action(async (name: string, _, self) => {
      const options = self.optsWithGlobals() as TokenOptions;
      const removed = await revokeName(options.tokens, name, cli.clock.now());
      if (options.json) printJson(cli, { name, removed });
      else
        printLines(cli, [
          `${name} is revoked, ${removed} token(s) removed. A running coordinator notices within seconds.`,
        ]);
    });
}
