import Table from 'cli-table3';
import { EngineError } from '../../../engine/core/errors.ts';
import type { Progress } from '../../../engine/core/progress.ts';

/** Where a verb writes: one answer on stdout, signs of life on stderr where a person looks on. */
export interface Terminal {
  readonly json: boolean;
  /** The verb's answer: a JSON document for machines, or text for people. */
  answer(document: unknown, text: () => string): void;
  /** A line for people while the verb works; silent with `--json`. */
  readonly say: (line: string) => void;
  readonly progress: Progress;
}

export interface TerminalStreams {
  readonly out: { write(text: string): unknown };
  readonly error: { write(text: string): unknown; readonly isTTY?: boolean };
}

const clearLine = '\r\x1b[2K';

export function createTerminal(json: boolean, streams: TerminalStreams): Terminal {
  const { out, error } = streams;
  const isWatched = error.isTTY === true;
  let open = false;
  const close = (): void => {
    if (open) error.write(clearLine);
    open = false;
  };
  return {
    json,
    answer(document, text) {
      close();
      out.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${text()}\n`);
    },
    say(line) {
      close();
      if (!json) error.write(`${line}\n`);
    },
    progress({ stage, done, total, note }) {
      if (!isWatched) return;
      open = true;
      const share = total === null || total === 0 ? String(done) : bar(done / total);
      error.write(`${clearLine}${stage}  ${share}${note === undefined ? '' : `  ${note}`}`.slice(0, 160));
    },
  };
}

function bar(share: number): string {
  const width = 24;
  const filled = Math.max(0, Math.min(width, Math.round(share * width)));
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${Math.round(share * 100)
    .toString()
    .padStart(3)} %`;
}

/**
 * A plain table; the first column to the left, numbers to the right.
 * @param width characters of a line; the widest columns are folded where a table is wider, as far as they can be
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  width: number = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const limits = columnLimits([head, ...rows.map((row) => row.map(String))], width);
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: head.map((_, column) =>
      rows.length > 0 && rows.every((row) => /^[-–\d.,%±<>= ]*$/.test(String(row[column]).replace(' %', '')))
        ? 'right'
        : 'left',
    ),
  });
  for (const row of rows) drawn.push(row.map((cell, column) => folded(String(cell), limits[column] ?? 0)));
  return drawn.toString();
}

/** No column is folded to fewer characters than this. */
const leastColumn = 16;
/** A border and a space at each side of a cell. */
const cellFrame = 3;

/** Characters that each column may have, so that all of them fit; the widest give way first. */
function columnLimits(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const limits: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      limits[column] = Math.max(limits[column] ?? 0, ...cell.split('\n').map((line) => line.length));
  let over = limits.reduce((total, limit) => total + limit + cellFrame, 1) - width;
  while (over > 0 && Number.isFinite(over)) {
    const widest = limits.indexOf(Math.max(...limits));
    if ((limits[widest] ?? 0) <= leastColumn) break;
    limits[widest] = (limits[widest] ?? 0) - 1;
    over -= 1;
  }
  return limits;
}

/** Text in lines of at most so many characters, broken at spaces, and within words that are longer. */
function folded(text: string, limit: number): string {
  if (text.split('\n').every((line) => line.length <= limit)) return text;
  const lines = new RegExp(`(?!\\s)[^\\n]{1,${limit}}(?=\\s|$)|[^\\s]{${limit}}`, 'gm');
  return (text.match(lines) ?? [text]).join('\n');
}

export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined || Number.isNaN(share) ? '–' : `${(share * 100).toFixed(digits)} %`;
}

/** The verb has told all there is to tell, and it was a failure: exit code 1, nothing more to say. */
export class AnsweredFailure extends Error {
  override readonly name = 'AnsweredFailure';
}

/** One clear line for a failure, and the exit code: 2 for bad use, 1 for everything else. */
export function failure(thrown: unknown, json: boolean): { readonly text: string; readonly exitCode: number } {
  const error = EngineError.from(thrown);
  const exitCode = error.code === 'USAGE' || error.code === 'CONFIG_INVALID' ? 2 : 1;
  const document = { error: { code: error.code, message: error.message, retryable: error.retryable } };
  return { text: json ? JSON.stringify(document) : `${error.code}: ${error.message}`, exitCode };
}
