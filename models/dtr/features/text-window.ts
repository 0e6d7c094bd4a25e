import { foldOf } from './characters.ts';

/** Code units looked at in a message of any length: the whole of a short one, samples of a long one. */
export const windowLimit = 640;
const headLength = 320;
const sampleLength = 78;
const tailLength = 160;

const fence = '```';

/**
 * The part of a message that the features see, folded to one byte a character (`foldOf`) in one buffer that every pass
 * reads. A Markdown fence around the whole is left out. Reused from message to message: nothing is allocated.
 */
export class TextWindow {
  /** Folded codes, always followed by one line break as a stop. */
  readonly codes = new Uint8Array(windowLimit + 8);
  /** Code units in use, without the stop. */
  length = 0;
  /** Characters of the window that are not ASCII. */
  nonAscii = 0;
  /** Length of the whole text in UTF-16 code units. */
  total = 0;
  /** True where the whole text stood in one Markdown fence. */
  fenced = false;
  /** Bounds of the content inside the whole text. */
  start = 0;
  end = 0;

  load(text: string): void {
    this.total = text.length;
    let start = 0;
    let end = text.length;
    // At most 64 blank characters are passed over on each side, which bounds the work.
    for (let guard = 0; guard < 64 && start < end && text.charCodeAt(start) <= 32; guard += 1) start += 1;
    for (let guard = 0; guard < 64 && end > start && text.charCodeAt(end - 1) <= 32; guard += 1) end -= 1;
    this.fenced = false;
    if (end - start >= 7 && text.charCodeAt(start) === 96 && text.charCodeAt(end - 1) === 96) {
      const inner = fenceContent(text, start, end);
      if (inner !== null) {
        this.fenced = true;
        start = inner.start;
        end = inner.end;
      }
    }
    this.start = start;
    this.end = end;
    this.#copy(text, start, end);
  }

  #copy(text: string, start: number, end: number): void {
    const length = end - start;
    this.nonAscii = 0;
    let used = 0;
    if (length <= windowLimit) {
      used = this.#append(text, start, end, 0);
    } else {
      used = this.#append(text, start, start + headLength, 0);
      const third = Math.floor(length / 3);
      used = this.#separate(used);
      used = this.#append(text, start + third, start + third + sampleLength, used);
      used = this.#separate(used);
      used = this.#append(text, start + 2 * third, start + 2 * third + sampleLength, used);
      used = this.#separate(used);
      used = this.#append(text, end - tailLength, end, used);
    }
    this.length = used;
    this.codes[used] = 10;
  }

  #append(text: string, start: number, end: number, at: number): number {
    const codes = this.codes;
    let used = at;
    let high = 0;
    for (let index = start; index < end; index += 1) {
      const code = text.charCodeAt(index);
      codes[used] = foldOf[code] as number;
      high += (127 - code) >>> 31;
      used += 1;
    }
    this.nonAscii += high;
    return used;
  }

  #separate(at: number): number {
    this.codes[at] = 10;
    return at + 1;
  }
}

/** In a longer text no fence is looked for: the search reads all of it, and this bounds the work. In UTF-16 code units. */
export const fenceLimit: number = 2 ** 20;

/** Bounds of what one enclosing Markdown fence holds, or null where the text is not exactly one fence. */
export function fenceContent(text: string, start: number, end: number): { start: number; end: number } | null {
  if (!text.startsWith(fence, start) || !text.startsWith(fence, end - 3) || end - start < 7) return null;
  if (end - start > fenceLimit) return null;
  const firstBreak = text.indexOf('\n', start);
  if (firstBreak < 0 || firstBreak >= end - 3 || firstBreak - start > 40) return null;
  const close = text.indexOf(fence, firstBreak);
  if (close !== end - 3) return null;
  let last = end - 3;
  if (last > firstBreak + 1 && text.charCodeAt(last - 1) === 10) last -= 1;
  if (last > firstBreak + 1 && text.charCodeAt(last - 1) === 13) last -= 1;
  return { start: firstBreak + 1, end: last };
}
