import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { inflate } from './inflate.ts';
import type { ReadingOptions } from './reader.ts';

/** One line of a file: its text, or what is wrong with it. Blank lines are left out but counted. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | null;
  readonly fault: string | null;
  /** True where the stream broke off in this line. */
  readonly isCut?: boolean;
}

/**
 * Streams the lines of a UTF-8 file, plain or `.gz`, in batches of one chunk each; LF or CRLF, with or without a byte
 * order mark. A gzip stream that breaks off ends with one faulty line; what came before it is kept.
 * @throws FILE_UNREADABLE where the file cannot be opened
 */
export async function* readLines(path: string, options: ReadingOptions): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(options.maxLineBytes);
  const bytes = readBytes(path, options.onBytes);
  const chunks = path.endsWith('.gz') ? inflate(bytes) : bytes;
  try {
    for await (const chunk of chunks) yield splitter.push(chunk);
  } catch (error) {
    if (EngineError.isInstance(error)) throw error;
    yield [splitter.fail(`the compressed file is damaged or cut off here (${messageOf(error)})`)];
    return;
  }
  yield splitter.end();
}

async function* readBytes(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 65_536 })) {
      onBytes((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
  }
}

class LineSplitter {
  readonly #maxBytes: number;
  #number = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      this.#hold(chunk.subarray(from, end));
      this.#finish(lines);
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    if (this.#heldBytes > 0) this.#finish(lines);
    return lines;
  }

  /** The line in which the stream broke off. */
  fail(fault: string): Line {
    return { number: this.#number + 1, text: null, fault, isCut: true };
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    // Beyond the limit only the count goes on, so that a file without line breaks cannot fill the memory.
    if (this.#heldBytes <= this.#maxBytes) this.#held.push(piece);
    else this.#held = [];
  }

  #finish(lines: Line[]): void {
    this.#number += 1;
    const number = this.#number;
    const size = this.#heldBytes;
    const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    if (size > this.#maxBytes) {
      lines.push({ number, text: null, fault: `the line has ${size} bytes, more than the limit of ${this.#maxBytes}` });
    } else if (!isUtf8(bytes)) {
      lines.push({ number, text: null, fault: 'the line is not valid UTF-8' });
    } else {
      const hasMark = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
      const text = bytes.toString('utf8', hasMark ? 3 : 0).trim();
      if (text !== '') lines.push({ number, text, fault: null });
    }
  }
}
