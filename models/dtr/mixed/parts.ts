/** How the words around a payload are set off from it. */
export const joints = ['fence', 'span', 'paragraph', 'line', 'mark', 'word'] as const;
export type Joint = (typeof joints)[number];
export type Side = 'before' | 'after' | 'around';

/** One way to read a text as an instruction and a payload. */
export interface Cut {
  readonly side: Side;
  readonly joint: Joint;
  readonly instruction: string;
  /** Bounds of the payload in the text; an enclosing fence is left out. */
  readonly start: number;
  readonly end: number;
}

/** An instruction is a sentence or two: longer ones are letters, which nobody should run. In UTF-16 code units. */
const instructionLimit = 400;
/** Cuts inside a line are tried at this many word ends from either side, and at this many marks of punctuation. */
const wordLimit = 22;
const markLimit = 12;
const lineLimit = 240;
const fence = '```';

/**
 * Every way worth looking at, at most about 40 of any text; only the first and last few hundred characters are read,
 * and the text is searched once for a fence.
 */
export function cutsOf(text: string): Cut[] {
  let start = 0;
  let end = text.length;
  while (start < end && start < 64 && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && text.length - end < 64 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  if (end - start < 3) return [];
  const fenced = fenceCut(text, start, end);
  if (fenced !== 'none') return fenced === null ? [] : [fenced];
  const cuts: Cut[] = [];
  const span = spanCut(text, start, end);
  if (span !== null) cuts.push(span);
  cutBefore(text, start, end, cuts);
  cutAfter(text, start, end, cuts);
  return cuts;
}

/** The one cut that a fenced block with words around it allows; null where there are several blocks. */
function fenceCut(text: string, start: number, end: number): Cut | null | 'none' {
  const open = text.indexOf(fence, start);
  if (open < 0) return 'none';
  const lineEnd = text.indexOf('\n', open);
  const close = lineEnd < 0 ? -1 : text.indexOf(fence, lineEnd);
  if (close < 0) return 'none';
  const after = close + fence.length;
  if (open - start > instructionLimit || end - after > instructionLimit) return null;
  if (text.indexOf(fence, after) >= 0 || lineEnd - open > 40) return null;
  const before = text.slice(start, open).trim();
  const behind = text.slice(after, end).trim();
  if (before === '' && behind === '') return null;
  const side = before === '' ? 'after' : behind === '' ? 'before' : 'around';
  let last = close;
  if (last > lineEnd + 1 && text.charCodeAt(last - 1) === 10) last -= 1;
  if (last > lineEnd + 1 && text.charCodeAt(last - 1) === 13) last -= 1;
  return { side, joint: 'fence', instruction: `${before}\n${behind}`.trim(), start: lineEnd + 1, end: last };
}

/** `run \`ls -la\` please`: exactly one span of inline code. */
function spanCut(text: string, start: number, end: number): Cut | null {
  if (end - start > 2 * instructionLimit) return null;
  const open = text.indexOf('`', start);
  if (open < 0) return null;
  const close = text.indexOf('`', open + 1);
  if (close < 0 || close === open + 1 || text.indexOf('`', close + 1) >= 0) return null;
  const before = text.slice(start, open).trim();
  const behind = text.slice(close + 1, end).trim();
  if (before === '' && behind === '') return null;
  return {
    side: behind === '' ? 'before' : before === '' ? 'after' : 'around',
    joint: 'span',
    instruction: `${before} ${behind}`.trim(),
    start: open + 1,
    end: close,
  };
}

function cutBefore(text: string, start: number, end: number, cuts: Cut[]): void {
  const limit = Math.min(end, start + lineLimit);
  let lineEnd = start;
  while (lineEnd < limit && text.charCodeAt(lineEnd) !== 10) lineEnd += 1;
  if (lineEnd < end && text.charCodeAt(lineEnd) === 10) {
    let next = lineEnd + 1;
    while (next < end && (text.charCodeAt(next) === 10 || text.charCodeAt(next) === 13)) next += 1;
    const joint = next > lineEnd + 1 ? 'paragraph' : 'line';
    cuts.push({ side: 'before', joint, instruction: text.slice(start, lineEnd).trim(), start: next, end });
    const paragraph = text.indexOf('\n\n', next);
    if (joint === 'line' && paragraph > 0 && paragraph - start <= instructionLimit && paragraph + 2 < end) {
      const instruction = text.slice(start, paragraph).trim();
      cuts.push({ side: 'before', joint: 'paragraph', instruction, start: paragraph + 2, end });
    }
  }
  let words = 0;
  let marks = 0;
  for (let at = start + 1; at < Math.min(lineEnd - 1, start + lineLimit); at += 1) {
    if (text.charCodeAt(at) !== 32 || text.charCodeAt(at + 1) === 32) continue;
    const joint = isMark(text.charCodeAt(at - 1)) ? 'mark' : 'word';
    if (joint === 'word' ? (words += 1) > wordLimit : (marks += 1) > markLimit) continue;
    cuts.push({ side: 'before', joint, instruction: text.slice(start, at), start: at + 1, end });
  }
}

function cutAfter(text: string, start: number, end: number, cuts: Cut[]): void {
  const limit = Math.max(start, end - lineLimit);
  let lineStart = end;
  while (lineStart > limit && text.charCodeAt(lineStart - 1) !== 10) lineStart -= 1;
  if (lineStart > start && text.charCodeAt(lineStart - 1) === 10) {
    let last = lineStart - 1;
    while (last > start && isBlank(text.charCodeAt(last - 1))) last -= 1;
    const joint = last < lineStart - 2 ? 'paragraph' : 'line';
    cuts.push({ side: 'after', joint, instruction: text.slice(lineStart, end).trim(), start, end: last });
  }
  let words = 0;
  let marks = 0;
  for (let at = end - 2; at > lineStart; at -= 1) {
    if (text.charCodeAt(at) !== 32 || text.charCodeAt(at - 1) === 32) continue;
    // The mark that sets the words off belongs to neither: `ls -la, run that`; a semicolon may be the payload's own.
    const mark = text.charCodeAt(at - 1);
    const marked = isMark(mark);
    if (marked ? (marks += 1) > markLimit : (words += 1) > wordLimit) continue;
    let last = mark === 44 || mark === 45 ? at - 1 : at;
    while (last > start && isBlank(text.charCodeAt(last - 1))) last -= 1;
    cuts.push({
      side: 'after',
      joint: marked ? 'mark' : 'word',
      instruction: text.slice(at + 1, end),
      start,
      end: last,
    });
  }
}

/** Words on both sides: a cut from the front with one from the back; null where no payload is left between them. */
export function joined(before: Cut, after: Cut): Cut | null {
  if (before.side !== 'before' || after.side !== 'after' || after.end <= before.start) return null;
  const isInner = (joint: Joint): boolean => joint === 'word' || joint === 'mark';
  const sameSentence = isInner(before.joint) && isInner(after.joint);
  const instruction = `${before.instruction}${sameSentence ? ' ' : '\n'}${after.instruction}`;
  return { side: 'around', joint: before.joint, instruction, start: before.start, end: after.end };
}

/** The cut that leaves exactly this payload, with words on one side or on both; undefined where there is none. */
export function cutFor(text: string, payload: string): Cut | undefined {
  const cuts = cutsOf(text);
  const wanted = payload.trim();
  const one = cuts.find(({ start, end }) => text.slice(start, end).trim() === wanted);
  if (one !== undefined) return one;
  for (const before of cuts) {
    if (before.side !== 'before' || !text.slice(before.start).trimStart().startsWith(wanted)) continue;
    for (const after of cuts) {
      const pair = joined(before, after);
      if (pair !== null && text.slice(pair.start, pair.end).trim() === wanted) return pair;
    }
  }
  return undefined;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isMark(code: number): boolean {
  return code === 58 || code === 63 || code === 33 || code === 46 || code === 44 || code === 59 || code === 45;
}
