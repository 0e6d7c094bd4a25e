import Table from 'cli-table3';
import { EngineError } from '../../../engine/core/errors.ts';
import type { Progress } from '../../../engine/core/progress.ts';

/** Where a verb writes: one answer on stdout, signs of life on stderr where a person looks on. */
export interface Terminal {
  readonly json: boolean;
  /** The verb's answer: a JSON document for machines, or text for people. */
  answer(document: unknown, text: () => string): void;
  /** A line for people while the verb works; silent with `--json`. */
  say(line: string): void;
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

/** A plain table; the first column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: head.map((_, column) =>
      rows.length > 0 && rows.every((row) => /^[-\d.,%±<>= ]*$/.test(String(row[column]).replace(' %', '')))
        ? 'right'
        : 'left',
    ),
  });
  for (const row of rows) drawn.push(row.map(String));
  return drawn.toString();
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
