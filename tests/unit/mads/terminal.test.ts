import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/core/errors.ts';
import { createTerminal, failure, percent, table } from '../../../mads/grace/cli/terminal.ts';

function watch(json: boolean, isTTY = false) {
  const said = { out: '', error: '' };
  const streams = {
    out: { write: (text: string) => (said.out += text) },
    error: { write: (text: string) => (said.error += text), isTTY },
  };
  return { said, terminal: createTerminal(json, streams) };
}
const event = { stage: 'train', done: 1, total: 4 };

describe('createTerminal', () => {
  it('with --json writes one document and nothing else, also on a terminal without one', () => {
    const { said, terminal } = watch(true);
    terminal.say('working');
    terminal.progress(event);
    terminal.answer({ a: 1 }, () => 'text');
    expect(said).toEqual({ out: '{\n  "a": 1\n}\n', error: '' });
  });

  it('keeps the answer alone on stdout, whatever is said meanwhile', () => {
    const { said, terminal } = watch(false);
    terminal.say('working');
    terminal.answer({ a: 1 }, () => 'text');
    expect(said).toEqual({ out: 'text\n', error: 'working\n' });
  });

  it('shows progress where a person looks on, and wipes it before the next line', () => {
    const { said, terminal } = watch(false, true);
    terminal.progress(event);
    expect(said.error).toMatch(/train {2}█+░+ +25 %$/);
    terminal.progress({ stage: 'read', done: 7, total: null, note: 'lines' });
    terminal.answer({}, () => 'done');
    expect(said.error).toMatch(/read {2}7 {2}lines\r\x1b\[2K$/);
    expect(said.out).toBe('done\n');
  });

  it('takes no harm from odd totals', () => {
    const { said, terminal } = watch(false, true);
    terminal.progress({ stage: 'a', done: 9, total: 4 });
    terminal.progress({ stage: 'b', done: 0, total: 0 });
    expect(said.error).toMatch(/a {2}█{24} 225 %.*b {2}0$/s);
  });
});

describe('failure', () => {
  it('is one line, or one document', () => {
    const error = new EngineError('JOB_NOT_FOUND', { id: 'x' });
    expect(failure(error, false)).toEqual({
      text: 'JOB_NOT_FOUND: no job x; list them with "thought-engine jobs list"',
      exitCode: 1,
    });
    expect(JSON.parse(failure(error, true).text)).toEqual({
      error: { code: 'JOB_NOT_FOUND', message: error.message, retryable: false },
    });
  });

  it('is bad use for wrong words and wrong settings only', () => {
    expect(failure(new EngineError('USAGE', { detail: 'd' }), false).exitCode).toBe(2);
    expect(failure(new EngineError('CONFIG_INVALID', { detail: 'd' }), false).exitCode).toBe(2);
    expect(failure(new Error('boom'), false)).toMatchObject({ exitCode: 1, text: expect.stringContaining('boom') });
  });
});

describe('table', () => {
  it('sets columns of numbers to the right, others to the left', () => {
    const lines = table(
      ['name', 'share'],
      [
        ['a', '5.0 %'],
        ['longer', '12.5 %'],
      ],
    ).split('\n');
    expect(lines).toContain('│ a      │  5.0 % │');
    expect(lines).toContain('│ longer │ 12.5 % │');
  });
});

describe('a table that is wider than the terminal', () => {
  const long = 'a sentence of many words that goes on and on';
  const id = '0123456789abcdef'.repeat(2);

  it('folds its widest columns at spaces, and loses nothing', () => {
    const drawn = table(['what', 'says', 'id'], [['one', long, id]], 60);
    for (const line of drawn.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    const columns = drawn.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
    const column = (index: number) => columns.slice(2, -1).map((cells) => cells[index]);
    expect(column(2).join(' ').trim()).toBe(long);
    expect(column(3).join('')).toBe(id);
  });

  it('stays as wide as it is where the terminal is wide enough, or unknown', () => {
    expect(table(['says'], [[long]], 80)).toBe(table(['says'], [[long]], Number.POSITIVE_INFINITY));
    expect(table(['says'], [[long]], 80)).toContain(long);
  });
});

describe('percent', () => {
  it('has a dash for what is not known', () => {
    expect([percent(0.125), percent(0.05, 0)]).toEqual(['12.5 %', '5 %']);
    expect([percent(null), percent(undefined), percent(Number.NaN)]).toEqual(['–', '–', '–']);
  });
});
