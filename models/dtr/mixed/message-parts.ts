import type { MessagePart } from '../prediction.ts';

const fence = '```';
/** Blocks told of one message. */
const mostBlocks = 32;

/** Bounds without the blanks at both ends. */
export function trimmed(text: string, from: number, to: number): { readonly start: number; readonly end: number } {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return { start, end };
}

/** The words of a stretch as an instruction, without a fence's marks or the marks that join it to a payload. */
export function wordsBetween(text: string, from: number, to: number): MessagePart[] {
  let { start, end } = trimmed(text, from, to);
  const opening = /(?:```[^\n`]{0,40}|`)$/.exec(text.slice(Math.max(start, end - 44), end));
  if (opening !== null) end = trimmed(text, start, end - opening[0].length).end;
  const closing = /^(?:```|`|[,;-]\s)\s*/.exec(text.slice(start, Math.min(end, start + 8)));
  if (closing !== null) start = trimmed(text, start + closing[0].length, end).start;
  return start < end ? [{ role: 'instruction', class: 'prose', start, end }] : [];
}

/** Words and fenced blocks of a message that holds several, in order; empty where it holds no closed fence. */
export function fencedParts(text: string): MessagePart[] {
  const parts: MessagePart[] = [];
  let from = 0;
  for (let block = 0; block < mostBlocks; block += 1) {
    const open = text.indexOf(fence, from);
    const lineEnd = open < 0 ? -1 : text.indexOf('\n', open);
    const close = lineEnd < 0 ? -1 : text.indexOf(fence, lineEnd);
    if (close < 0) break;
    parts.push(...wordsBetween(text, from, open));
    const inner = trimmed(text, lineEnd + 1, close);
    if (inner.start < inner.end) parts.push({ role: 'payload', class: 'prose', ...inner });
    from = close + fence.length;
  }
  if (parts.length > 0) parts.push(...wordsBetween(text, from, text.length));
  return parts;
}
