/**
 * When two values are the same but for writing: payloads are compared line by line without trailing blanks or an
 * enclosing fence, other values after folding case and white space, numbers by value, lists without order.
 */
const blank = /[\s\x1c-\x1f\x85]+/u;

export function fold(value: unknown): string {
  return (typeof value === 'string' ? value : String(value)).toLowerCase().split(blank).filter(Boolean).join(' ');
}

/** A payload without its fence, outer blank space and trailing blanks of lines. */
export function bareText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const fenced = /^\s*```[\w+#.-]*[ \t]*\n([\s\S]*?)\n?```\s*$/u.exec(text);
  const lines = (fenced?.[1] ?? text).trim().split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** A value in a form in which equal values are equal texts. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const inner = value.map(comparable);
    return inner.sort((a, b) => (stableText(a) < stableText(b) ? -1 : stableText(a) > stableText(b) ? 1 : 0));
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, comparable(inner)]));
  }
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return shortNumber(value);
  return value === null ? 'none' : fold(value);
}

/** Six significant digits, exponent below 1e-4 and from 1e6 on: C's `%g`. */
function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value).toLowerCase();
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(value.toPrecision(6)))));
  if (exponent < -4 || exponent >= 6) {
    const [digits = '', power = ''] = value.toExponential(5).split('e');
    const sign = power.startsWith('-') ? '-' : '+';
    return `${trimZeros(digits)}e${sign}${power.replace(/[+-]/, '').padStart(2, '0')}`;
  }
  return trimZeros(value.toFixed(Math.max(0, 5 - exponent)));
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

export function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${stableText(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
