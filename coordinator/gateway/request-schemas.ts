import { z } from 'zod';
import { FAILURE_KINDS, TRIAL_STATES } from '../../core/trial/states.ts';
import { failureKindCodec, type TableFormat, tableFormatCodec, trialStateCodec } from '../../proto/enums.ts';

/** Shapes of query strings and bodies. Ranges and meanings are the API's to check, so that gRPC and HTTP refuse alike. */

const FORMATS = ['csv', 'markdown', 'latex', 'json', 'parquet'] as const satisfies readonly TableFormat[];

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'Expected a whole number.')
  .transform(Number)
  .default(0);

const list = z
  .string()
  .transform((text) => text.split(',').filter((item) => item !== ''))
  .default([]);

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { message: `Expected one of ${words.join(', ')}.` });

const text = z.string({ message: 'Expected text.' });

const page = { pageSize: wholeNumber, pageToken: z.string().default('') };

const tableShape = { groupBy: list, metrics: list };

export const noQuery = z.strictObject({});

export const pageQuery = z.strictObject(page);

export const trialsQuery = z.strictObject({
  ...page,
  state: oneOf(TRIAL_STATES)
    .transform((state) => trialStateCodec.encode(state))
    .default('TRIAL_STATE_UNSPECIFIED'),
});

export const tableQuery = z.strictObject({ ...tableShape, ...page });

export const watchQuery = z.strictObject({ minIntervalMs: wholeNumber });

export const watchTableQuery = z.strictObject({ ...tableShape, ...page, minIntervalMs: wholeNumber });

export const exportQuery = z.strictObject({
  ...tableShape,
  format: oneOf(FORMATS).transform((format) => tableFormatCodec.encode(format)),
  allowIncomplete: oneOf(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
});

export const emptyBody = z.strictObject({});

const reuse = z.boolean().optional();

export const planBody = z.strictObject({ studyYaml: text, reuse });

export const submitBody = z.strictObject({ requestId: text, studyYaml: text, user: text.default(''), reuse });

export const editBody = z.strictObject({
  requestId: text,
  studyYaml: text,
  cancelRunning: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

/** Of cancel, pause and resume. */
export const requestBody = z.strictObject({ requestId: text });

export const retryBody = z.strictObject({
  requestId: text,
  kinds: z.array(oneOf(FAILURE_KINDS).transform((kind) => failureKindCodec.encode(kind))).default([]),
});
