import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { bertWords } from './bert-words.ts';
import { specialTokens, tokenIds } from './wordpiece-trainer.ts';

/** Several texts as one block of ids. */
export interface PaddedIds {
  /** [texts, longest], padded with 0 at the end. */
  readonly ids: Int32Array;
  /** [texts, longest]: 1 for a token, 0 for padding. */
  readonly mask: Int32Array;
  readonly shape: readonly [number, number];
}

/** Characters of a word beyond which it is unknown; as in `tokenizer.json`. */
const longestWord = 100;
/** Words whose pieces are remembered; forgotten all at once when full, so that memory stays bounded. */
const remembered = 20_000;

/**
 * Words into pieces of a fixed vocabulary, longest first. Gives the ids that transformers.js gives with the same
 * `tokenizer.json`, save that text never names a special token: `[SEP]` in a message is three plain tokens here.
 */
export class Wordpiece {
  /** Pieces by id. */
  readonly vocabulary: readonly string[];
  readonly #first = new Map<string, number>();
  readonly #inner = new Map<string, number>();
  readonly #known = new Map<string, readonly number[]>();

  /** @param vocabulary pieces by id, special tokens first, as `trainWordpiece` returns them @throws ARTEFACT_MISMATCH */
  constructor(vocabulary: readonly string[]) {
    specialTokens.forEach((token, id) => {
      if (vocabulary[id] === token) return;
      const detail = { id: 'tokenizer', what: `token ${id}`, expected: token, actual: vocabulary[id] ?? 'none' };
      throw new EngineError('ARTEFACT_MISMATCH', detail);
    });
    this.vocabulary = vocabulary;
    vocabulary.forEach((piece, id) => {
      if (id < specialTokens.length) return;
      if (piece.startsWith('##') && piece.length > 2) this.#inner.set(piece.slice(2), id);
      else this.#first.set(piece, id);
    });
  }

  /** Ids of a text between [CLS] and [SEP], at most `limit` in all: of a longer text the beginning. */
  encode(text: string, limit: number): Int32Array {
    const room = Math.max(0, limit - 2);
    const ids: number[] = [tokenIds.begin];
    // However it is cut, each token takes at most `longestWord` characters: no need to read on.
    const read = text.length > room * longestWord ? text.slice(0, room * longestWord) : text;
    for (const word of bertWords(read)) {
      if (ids.length > room) break;
      for (const id of this.#pieces(word)) ids.push(id);
    }
    if (ids.length > room + 1) ids.length = room + 1;
    ids.push(tokenIds.end);
    return Int32Array.from(ids);
  }

  /** Several texts, padded to the longest one. */
  encodeAll(texts: readonly string[], limit: number): PaddedIds {
    return padIds(texts.map((text) => this.encode(text, limit)));
  }

  /** Content of `tokenizer.json`. */
  toJson(): Readonly<Record<string, unknown>> {
    const token = (content: string): object => ({ SpecialToken: { id: content, type_id: 0 } });
    const part = (id: string, type: number): object => ({ Sequence: { id, type_id: type } });
    const [pad, unknown, begin, end, mask] = specialTokens;
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [pad, unknown, begin, end, mask].map((content, id) => {
        return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
      }),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [token(begin), part('A', 0), token(end)],
        pair: [token(begin), part('A', 0), token(end), part('B', 1), { SpecialToken: { id: end, type_id: 1 } }],
        special_tokens: Object.fromEntries(
          [begin, end].map((one) => [one, { id: one, ids: [specialTokens.indexOf(one)], tokens: [one] }]),
        ),
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: unknown,
        continuing_subword_prefix: '##',
        max_input_chars_per_word: longestWord,
        vocab: Object.fromEntries(this.vocabulary.map((piece, id) => [piece, id])),
      },
    };
  }

  /** From the text of a `tokenizer.json` that `toJson` made. @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
  static parse(json: string): Wordpiece {
    let vocabulary: string[];
    try {
      const { model } = JSON.parse(json) as { model: { vocab: Record<string, number> } };
      const entries = Object.entries(model.vocab).sort(([, a], [, b]) => a - b);
      if (!entries.every(([, id], place) => id === place)) throw new Error('ids are not 0, 1, 2, ...');
      vocabulary = entries.map(([piece]) => piece);
    } catch (error) {
      throw new EngineError('ARTEFACT_CORRUPT', { id: 'tokenizer.json', detail: messageOf(error) }, { cause: error });
    }
    return new Wordpiece(vocabulary);
  }

  #pieces(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const pieces = this.#split(word);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(word, pieces);
    return pieces;
  }

  #split(word: string): readonly number[] {
    const characters = Array.from(word);
    if (characters.length > longestWord) return [tokenIds.unknown];
    const ids: number[] = [];
    let start = 0;
    while (start < characters.length) {
      const pieces = start === 0 ? this.#first : this.#inner;
      let end = characters.length;
      let id = pieces.get(characters.slice(start, end).join(''));
      while (id === undefined && end > start + 1) {
        end -= 1;
        id = pieces.get(characters.slice(start, end).join(''));
      }
      if (id === undefined) return [tokenIds.unknown];
      ids.push(id);
      start = end;
    }
    return ids;
  }
}

export function padIds(rows: readonly Int32Array[]): PaddedIds {
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const ids = new Int32Array(rows.length * width);
  const mask = new Int32Array(rows.length * width);
  rows.forEach((row, index) => {
    ids.set(row, index * width);
    mask.fill(1, index * width, index * width + row.length);
  });
  return { ids, mask, shape: [rows.length, width] };
}
