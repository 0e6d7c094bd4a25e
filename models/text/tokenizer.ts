import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** Tokens of a text, whole and at least 0. */
export type CountTokens = (text: string) => number;

export interface Tokenizer {
  /** Name of the encoding, or `words`. */
  readonly name: string;
  /** False where it is not the tokenizer of the model family in use, but a cautious stand-in. */
  readonly isExact: boolean;
  readonly count: CountTokens;
}

/** Words x 1.3, rounded up: within about a tenth of what common tokenizers give for English prose. */
export const roughTokens: CountTokens = (text) => {
  let words = 0;
  for (const word of text.split(/\s+/)) if (word !== '') words += 1;
  return Math.ceil(words * 1.3);
};

export const wordTokenizer: Tokenizer = { name: 'words', isExact: false, count: roughTokens };

type Encoding = {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
};

/** Encodings by the families of models that use them. */
const encodings = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
  p50k_base: () => import('gpt-tokenizer/encoding/p50k_base'),
} as const satisfies Record<string, () => Promise<Encoding>>;
type EncodingName = keyof typeof encodings;

const families: readonly (readonly [RegExp, EncodingName])[] = [
  [/^(?:gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|chatgpt|o[1-9](?:-|$)|gpt-oss)/i, 'o200k_base'],
  [/^(?:gpt-4(?:-|$)|gpt-3\.5|gpt-35|text-embedding)/i, 'cl100k_base'],
  [/^(?:text-davinci|code-davinci)/i, 'p50k_base'],
];

/**
 * What another family's tokenizer may give above `cl100k_base` for the same text: vocabularies of 32,000 pieces split
 * European prose into about a fifth more; the rest is caution, since a budget is a promise.
 */
const foreignFactor = 1.3;

/**
 * The tokenizer of a model: that of its family, for other families a cautious stand-in, without a model words x 1.3.
 * Its tables (some 20 MB) are loaded when first asked for. @throws RUNTIME_UNAVAILABLE
 *
 * @param model name of the model at its endpoint; a provider's prefix (`openai/gpt-4o`) is passed over
 */
export async function openTokenizer(model: string | undefined): Promise<Tokenizer> {
  if (model === undefined) return wordTokenizer;
  const bare = model.slice(model.lastIndexOf('/') + 1);
  const known = families.find(([pattern]) => pattern.test(bare))?.[1];
  const name = known ?? 'cl100k_base';
  let encoding: Encoding;
  try {
    encoding = await encodings[name]();
  } catch (error) {
    const detail = { what: `the tokenizer ${name}`, detail: messageOf(error), hint: 'run "npm install"' };
    throw new EngineError('RUNTIME_UNAVAILABLE', detail, { cause: error });
  }
  const exact = keptCounts((text) => countWith(encoding, text));
  if (known !== undefined) return { name, isExact: true, count: exact };
  return {
    name: `${name} x ${foreignFactor}`,
    isExact: false,
    count: (text) => Math.ceil(exact(text) * foreignFactor),
  };
}

/** What looks like a special token in somebody's text is text. */
const noSpecials = new Set<string>();
/** The merging of pieces takes quadratic time in a run without a break: longer runs are counted in parts of this size. */
const longestRun = 256;
const runs = /\S{257,}|\s{257,}/g;

function countWith(encoding: Encoding, text: string): number {
  const count = (part: string): number => encoding.countTokens(part, { disallowedSpecial: noSpecials });
  let total = 0;
  let start = 0;
  for (const match of text.matchAll(runs)) {
    if (match.index > start) total += count(text.slice(start, match.index));
    for (let at = 0; at < match[0].length; at += longestRun) total += count(match[0].slice(at, at + longestRun));
    start = match.index + match[0].length;
  }
  return start < text.length ? total + count(text.slice(start)) : total;
}

/** Counts kept by text: a conversation is counted anew with every message. Bounded by entries and by their length. */
const mostKept = 20_000;
const longestKept = 4_000;

function keptCounts(count: CountTokens): CountTokens {
  const kept = new Map<string, number>();
  return (text) => {
    if (text.length > longestKept) return count(text);
    const known = kept.get(text);
    if (known !== undefined) return known;
    const fresh = count(text);
    if (kept.size >= mostKept) kept.clear();
    kept.set(text, fresh);
    return fresh;
  };
}
