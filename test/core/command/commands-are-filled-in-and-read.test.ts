import { describe, expect, it } from 'vitest';
import { isAllowed } from '../../../core/command/command.ts';
import { failureOfExit } from '../../../core/command/exit.ts';
import { readMetricLine } from '../../../core/command/metric-line.ts';
import { argumentText, commonWords, fillWord, placeholdersOf } from '../../../core/command/template.ts';

describe('a word of a command', () => {
  it.each([
    ['--lr={lr}', ['lr'], '--lr=0.1'],
    ['{{x}} {lr}{lr}', ['lr', 'lr'], '{x} 0.10.1'],
    ['plain', [], 'plain'],
    ['{{{lr}}}', ['lr'], '{0.1}'],
  ])('%s', (word, placeholders, filled) => {
    expect(placeholdersOf(word)).toEqual(placeholders);
    expect(fillWord(word, { lr: '0.1' })).toBe(filled);
  });

  it('is never read twice: a value may look like a placeholder, or like anything a shell would do', () => {
    expect(fillWord('{a}', { a: '{b}; rm -rf $(x)', b: 'no' })).toBe('{b}; rm -rf $(x)');
    expect(argumentText(['a', 1])).toBe('["a",1]');
  });
});

describe('an allowed beginning', () => {
  it.each([
    [['python3', 'train.py'], true],
    [['python3'], true],
    [['python3', 'train'], false],
    [['python'], false],
    [['python3', 'train.py', '--lr', '0.1', 'more'], false],
    [[], false],
  ])('%j of python3 train.py --lr 0.1: %s', (prefix, allowed) => {
    expect(isAllowed(['python3', 'train.py', '--lr', '0.1'], [prefix])).toBe(allowed);
  });

  it('is made of words that no cell changes', () => {
    expect(commonWords(['python3', 'train.py', '--lr', '{lr}', 'x'])).toEqual(['python3', 'train.py', '--lr']);
    expect(isAllowed(commonWords(['python3', '{script}']), [['python3', 'evil.py']])).toBe(false);
  });
});

describe('how a command ended', () => {
  it.each([
    [{ code: 0, signal: null }, [], undefined],
    [{ code: 1, signal: null }, ['ValueError: no'], 'user_error'],
    [{ code: 2, signal: null }, [], 'user_error'],
    [{ code: 1, signal: null }, ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate'], 'out_of_memory'],
    [{ code: 1, signal: null }, ['MemoryError'], 'out_of_memory'],
    [{ code: 137, signal: null }, [], 'out_of_memory'],
    [{ code: null, signal: 'SIGKILL' }, [], 'out_of_memory'],
    [{ code: null, signal: 'SIGTERM' }, [], 'preempted'],
    [{ code: null, signal: 'SIGSEGV' }, [], 'infrastructure'],
    [{ code: 75, signal: null }, [], 'infrastructure'],
    [{ code: 81, signal: null }, [], 'diverged'],
    [{ code: 82, signal: null }, [], 'out_of_memory'],
    [{ code: 83, signal: null }, [], 'preempted'],
  ])('%j %j is %s', (exit, lines, kind) => {
    expect(failureOfExit(exit, lines, {})).toBe(kind);
  });

  it('means what the study says before all else, but for success', () => {
    expect(failureOfExit({ code: 3, signal: null }, ['MemoryError'], { 3: 'diverged' })).toBe('diverged');
  });
});

describe('a line of the metrics file', () => {
  it.each([
    [
      '{"trainEpoch": 2, "trainEpochs": 5, "metrics": {"testError": 12.5}}',
      { kind: 'report', trainEpoch: 2, trainEpochs: 5, metrics: { testError: 12.5 } },
    ],
    ['{"trainEpoch": 1, "metrics": {"a": NaN, "b": 1}}', { kind: 'report', metrics: { b: 1 } }],
    ['{"step": 3, "steps": 9, "loss": 0.5}', { kind: 'progress', step: 3, steps: 9, loss: 0.5 }],
    ['{"result": {"testError": 7}}', { kind: 'result', metrics: { testError: 7 } }],
    ['{"result": {"loss": -Infinity}}', { kind: 'result', metrics: { loss: Number.NEGATIVE_INFINITY } }],
    ['{"result": {"loss": NaN}}', { kind: 'result', metrics: { loss: Number.NaN } }],
  ])('%s', (line, read) => {
    expect(readMetricLine(line)).toMatchObject(read);
  });

  it.each([
    'epoch 1',
    '{}',
    '[1]',
    '{"result": {}}',
    '{"result": {"testError": "7"}}',
    '{"trainEpoch": 0, "metrics": {}}',
    '{"result": {"a b": 1}}',
    'null',
  ])('%s is told as a problem', (line) => {
    expect(readMetricLine(line)).toMatchObject({
      kind: 'problem',
      problem: expect.stringContaining('Expected a line'),
    });
  });
});
