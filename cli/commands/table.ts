import { rename, rm, writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { TickworkError } from '../../core/errors.ts';
import { type TableFormat, tableFormatCodec } from '../../proto/enums.ts';
import type { GetTableRequest } from '../../proto/generated/tickwork/v1/GetTableRequest.ts';
import type { Table__Output } from '../../proto/generated/tickwork/v1/Table.ts';
import type { CoordinatorClient } from '../client/coordinator-client.ts';
import { type CliContext, type GlobalOptions, note, printJson, printLines, sweepNameOf } from '../context.ts';
import { messageJson } from '../render/message-json.ts';
import { renderSweepTable } from '../render/sweep-table.ts';
import type { AddCommand } from './command.ts';
import { commaList, examples } from './options.ts';
import { withClient } from './with-client.ts';

const FORMATS = ['text', 'markdown', 'csv', 'latex', 'json', 'parquet'] as const;

interface TableOptions extends GlobalOptions {
  readonly groupBy?: readonly string[];
  readonly metrics?: readonly string[];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly requireComplete?: boolean;
}

export const addTable: AddCommand = (program, cli) => {
  program
    .command('table <SWEEP>')
    .description('print the result table of a sweep, or export it')
    .option('--group-by <FACTORS>', 'factors to group by, with commas between them (default: all)', commaList)
    .option('--metrics <NAMES>', 'metrics to aggregate (default: those the study names)', commaList)
    .addOption(new Option('--format <FORMAT>', 'how to write it').choices(FORMATS).default('text'))
    .option('-o, --output <FILE>', 'write to a file instead of stdout')
    .option('--require-complete', 'refuse an export while cells are missing')
    .addHelpText(
      'after',
      examples(
        'tickwork table vgg-demo-1',
        'tickwork table vgg-demo-1 --group-by config --format latex -o vgg.tex',
        'tickwork table vgg-demo-1 --format parquet -o vgg.parquet',
      ),
    )
    .action(async (sweep: string, _, command) => {
      const options = command.optsWithGlobals() as TableOptions;
      const request: GetTableRequest = {
        parent: sweepNameOf(sweep),
        groupBy: [...(options.groupBy ?? [])],
        metrics: [...(options.metrics ?? [])],
      };
      await withClient(cli, options, async (client) => {
        if (options.format === 'text' || (options.json && options.format === 'json'))
          await print(cli, client, request, options);
        else await exportTable(cli, client, request, options.format, options);
      });
    });
};

async function print(
  cli: CliContext,
  client: CoordinatorClient,
  request: GetTableRequest,
  options: TableOptions,
): Promise<void> {
  const table = await wholeTable(client, request);
  const text = options.json
    ? `${JSON.stringify(messageJson(table), undefined, 2)}\n`
    : `${renderSweepTable(table).join('\n')}\n`;
  if (options.output === undefined) cli.stdout.write(text);
  else await save(cli, options.output, Buffer.from(text), options);
}

/** All pages of a table as one. */
export async function wholeTable(client: CoordinatorClient, request: GetTableRequest): Promise<Table__Output> {
  let table = await client.getTable({ ...request, pageSize: 1000 });
  while (table.nextPageToken !== '') {
    const next = await client.getTable({ ...request, pageSize: 1000, pageToken: table.nextPageToken });
    table = { ...next, rows: [...table.rows, ...next.rows] };
  }
  return table;
}

async function exportTable(
  cli: CliContext,
  client: CoordinatorClient,
  table: GetTableRequest,
  format: TableFormat,
  options: TableOptions,
): Promise<void> {
  if (format === 'parquet' && options.output === undefined && cli.stdout.isTty) {
    throw new TickworkError(
      'ARGUMENT_INVALID',
      'Expected -o FILE for the binary format parquet, got a terminal. Name a file or pipe the output.',
    );
  }
  const chunks: Buffer[] = [];
  const request = { table, format: tableFormatCodec.encode(format), allowIncomplete: options.requireComplete !== true };
  for await (const { data } of client.exportTable(request, cli.signal)) chunks.push(Buffer.from(data));
  const document = Buffer.concat(chunks);
  if (options.output !== undefined) await save(cli, options.output, document, options);
  else if (options.json)
    printJson(cli, {
      format,
      [format === 'parquet' ? 'base64' : 'text']: document.toString(format === 'parquet' ? 'base64' : 'utf8'),
    });
  else if (format === 'parquet') cli.stdout.write(document);
  else printLines(cli, [document.toString('utf8').trimEnd()]);
}

/** The file appears whole or not at all. */
async function save(cli: CliContext, file: string, document: Buffer, options: GlobalOptions): Promise<void> {
  const partial = `${file}.${cli.uuid()}.partial`;
  try {
    await writeFile(partial, document);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new TickworkError(
      'ARGUMENT_INVALID',
      `Expected ${file} to be writable, got a problem: ${error instanceof Error ? error.message : error}. Name another file.`,
    );
  }
  if (options.json) printJson(cli, { file, bytes: document.length });
  else note(cli, `Wrote ${document.length} bytes to ${file}`);
}
