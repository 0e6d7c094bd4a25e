import { fnv1a } from '../../engine/core/hash.ts';

/** Characters of a shingle, and as many of a text as are looked at. */
const shingle = 5;
const longest = 600;
/** MinHash in bands: texts that share a band are near duplicates. 4 of 4 at a likeness of 0.9 in one of 6 bands: 0.97; at 0.5: 0.3. */
const bands = 6;
const rowsOfBand = 4;

/** The same text for texts that differ in case, blanks and digits alone. */
function plain(text: string): string {
  return text.slice(0, longest).toLowerCase().replace(/\d/gu, '0').replace(/\s+/gu, ' ').trim();
}

/**
 * Groups texts that are the same but for a few characters (MinHash over shingles, Broder 1997, joined by bands).
 * @returns for each text the index of the first of its group
 */
export function nearDuplicates(texts: readonly string[]): Int32Array {
  const parent = Int32Array.from(texts, (_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at] as number;
    parent[index] = at;
    return at;
  };
  const first = new Map<string, number>();
  const join = (key: string, index: number): void => {
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, index);
      return;
    }
    const [a, b] = [root(other), root(index)];
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
  };
  const known = new Map<string, readonly string[]>();
  for (const [index, text] of texts.entries()) {
    const form = plain(text);
    let keys = known.get(form);
    if (keys === undefined) {
      keys = bandsOf(form);
      known.set(form, keys);
    }
    for (const key of keys) join(key, index);
  }
  return parent.map((_, index) => root(index));
}

/** Short texts are alike only where they are equal. */
function bandsOf(form: string): string[] {
  if (form.length < 2 * shingle) return [form];
  const least = new Uint32Array(bands * rowsOfBand).fill(0xffffffff);
  for (let start = 0; start + shingle <= form.length; start += 1) {
    const hash = fnv1a(form.slice(start, start + shingle));
    for (let row = 0; row < least.length; row += 1) {
      const mixed = Math.imul(hash ^ (row * 0x9e3779b1), 0x85ebca6b) ^ (hash >>> 15);
      const value = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
      if (value < (least[row] as number)) least[row] = value;
    }
  }
  return Array.from({ length: bands }, (_, band) =>
    [band, ...least.subarray(band * rowsOfBand, (band + 1) * rowsOfBand)].join(' '),
  );
}
