import { messageOf } from '../../engine/core/errors.ts';
import { readLines, type Line } from './lines.ts';
import type { ReadingOptions } from './reader.ts';

/** One JSON value of a file, or the reason why there is none. */
export type JsonRecord =
  | { readonly line: number; readonly value: unknown; readonly fault: null }
  | { readonly line: number; readonly fault: string; readonly isCut: boolean };

/**
 * Streams the values of a JSON Lines file. A `.json` or `.json.gz` file may also hold one document over many lines: an
 * array is read item by item (its `line` is the item's number), an object is one value.
 * @throws FILE_UNREADABLE
 */
export async function* readRecords(path: string, options: ReadingOptions): AsyncGenerator<readonly JsonRecord[]> {
  if (/\.json(\.gz)?$/.test(path)) yield* readDocument(path, options);
  else yield* readJsonLines(path, options);
}

async function* readJsonLines(path: string, options: ReadingOptions): AsyncGenerator<readonly JsonRecord[]> {
  for await (const lines of readLines(path, options)) {
    yield lines.map(parse);
  }
}

/** Whole documents are small by nature; above the line limit they are refused like a line that is too long. */
async function* readDocument(path: string, options: ReadingOptions): AsyncGenerator<readonly JsonRecord[]> {
  const lines: Line[] = [];
  const faults: JsonRecord[] = [];
  let size = 0;
  for await (const batch of readLines(path, options)) {
    for (const line of batch) {
      const { number, text } = line;
      if (text === null) faults.push(parse(line));
      else lines.push({ number, text, fault: null });
      size += text?.length ?? 0;
      if (size > options.maxLineBytes) {
        const fault = `the JSON document is larger than ${options.maxLineBytes} bytes; use .jsonl`;
        yield [{ line: number, fault, isCut: false }];
        return;
      }
    }
  }
  const whole = faults.length === 0 ? tryParse(lines.map(({ text }) => text).join('\n')) : undefined;
  if (whole === undefined) {
    yield [...lines.map(parse), ...faults].sort((a, b) => a.line - b.line);
  } else if (Array.isArray(whole)) {
    yield whole.map((value: unknown, index) => ({ line: index + 1, value, fault: null }));
  } else {
    yield [{ line: 1, value: whole, fault: null }];
  }
}

function parse({ number: line, text, fault, isCut = false }: Line): JsonRecord {
  if (text === null) return { line, fault: fault ?? 'unreadable', isCut };
  try {
    return { line, value: JSON.parse(text) as unknown, fault: null };
  } catch (error) {
    return { line, fault: `not valid JSON: ${messageOf(error)}`, isCut };
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
