import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { bertWords } from '../../../models/text/bert-words.ts';
import { padIds, Wordpiece } from '../../../models/text/wordpiece.ts';
import { specialTokens, trainWordpiece } from '../../../models/text/wordpiece-trainer.ts';

const corpus = [
  'please transfer one hundred dollars from savings to checking',
  'transferring the transfers took a long time, the bank said',
  'What is my balance? my balances, please!',
  'das Konto überweisen, die Überweisung prüfen, Straße und GROẞ',
  'où est la bibliothèque, déjà fermée? Ça va à Besançon',
  '东京の天気は？ 今天天气很好 銀行に行く',
  '한국어 문장 하나',
  'Привет, мир! Ёлка и йод',
  'error_code=404; path=/usr/bin/env --verbose "quoted text" it\'s $5.00 + 10% <b>',
];
const vocabulary = trainWordpiece([...corpus, ...corpus], { size: 320 });
const wordpiece = new Wordpiece(vocabulary);

const tricky = [
  ...corpus,
  '',
  '   ',
  'unknownword zzzqqq \u{1F600} 👩‍👩‍👧 ok',
  'tabs\tand\nbreaks\r\nand\u00a0nbsp\u2003em\u000bvertical\u0007bell\u200bzero\ufeffbom\u0000nul\ufffdx',
  'e\u0301te\u0301 vs été, naïve façade, İstanbul ISPARTA ǅ ﬁne',
  '𠀀𠀁 rare ideographs 豈 compatibility 〇',
  'x'.repeat(99) + ' ' + 'y'.repeat(101),
  '«guillemets» — dashes – “quotes” … ¿qué? ¡sí! ·・',
  '²³ ½ ℃ ™ © ₹100 €5 £3 ~ ^ ` | \\ @user #tag',
  'lone \ud800 surrogate \udc00 here',
  'עברית ועִבְרִית العَرَبِيَّة हिन्दी ไทย',
];

describe('Wordpiece', () => {
  let tokenizer: Awaited<ReturnType<typeof AutoTokenizer.from_pretrained>>;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wordpiece-'));
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(wordpiece.toJson()));
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'BertTokenizer' }));
    env.allowRemoteModels = false;
    tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  });

  it.each(tricky)('gives the ids that transformers.js gives: %j', (text) => {
    expect([...wordpiece.encode(text, 1000)]).toEqual(tokenizer.encode(text));
  });

  it('gives the ids that transformers.js gives for random characters', () => {
    const random = seededRandom(4);
    const ranges = [0x20, 0x5f, 0xa0, 0x400, 0x3000, 0x200, 0x4e00, 0x300, 0x1f300, 0x300, 0x0, 0x20, 0x2000, 0x300];
    for (let run = 0; run < 300; run += 1) {
      const text = Array.from({ length: 20 }, () => {
        const range = 2 * Math.floor((random() * ranges.length) / 2);
        return String.fromCodePoint(ranges[range]! + Math.floor(random() * ranges[range + 1]!));
      }).join('');
      expect([...wordpiece.encode(text, 1000)], JSON.stringify(text)).toEqual(tokenizer.encode(text));
    }
  });

  it('keeps the beginning of a longer text, between the two marks', () => {
    const whole = wordpiece.encode(corpus[0]!, 1000);
    const cut = wordpiece.encode(corpus[0]!, 6);
    expect([...cut]).toEqual([...whole.slice(0, 5), 3]);
    expect([...wordpiece.encode(corpus[0]!, 2)]).toEqual([2, 3]);
    expect(wordpiece.encode('word '.repeat(200_000), 64)).toHaveLength(64);
  });

  it('never lets text name a special token', () => {
    expect(
      [...wordpiece.encode('[SEP] [CLS] [MASK] [PAD]', 100)]
        .slice(1, -1)
        .filter((id) => id === 0 || (id > 1 && id < 5)),
    ).toEqual([]);
  });

  it('pads several texts to the longest', () => {
    const { ids, mask, shape } = wordpiece.encodeAll(['my balance', 'my'], 16);
    const [long, short] = [wordpiece.encode('my balance', 16), wordpiece.encode('my', 16)];
    expect(shape).toEqual([2, long.length]);
    expect([...ids.subarray(long.length, long.length + short.length)]).toEqual([...short]);
    expect(mask.reduce((sum, one) => sum + one, 0)).toBe(long.length + short.length);
    expect(padIds([]).shape).toEqual([0, 0]);
  });

  it('comes back from its file', () => {
    const again = Wordpiece.parse(JSON.stringify(wordpiece.toJson()));
    expect(again.vocabulary).toEqual(vocabulary);
    expect(again.encode(corpus[3]!, 99)).toEqual(wordpiece.encode(corpus[3]!, 99));
  });

  it('refuses a file that is damaged or was not made here', () => {
    expect(() => Wordpiece.parse('{')).toThrow(expect.objectContaining({ code: 'ARTEFACT_CORRUPT' }));
    expect(() => Wordpiece.parse('{"model":{"vocab":{"a":0,"b":2}}}')).toThrow(/ids are not/);
    expect(() => new Wordpiece(['a', 'b'])).toThrow(expect.objectContaining({ code: 'ARTEFACT_MISMATCH' }));
  });
});

describe('trainWordpiece', () => {
  it('starts with the special tokens and keeps to the size', () => {
    expect(vocabulary.slice(0, 5)).toEqual([...specialTokens]);
    expect(vocabulary.length).toBeLessThanOrEqual(320);
    expect(trainWordpiece(corpus, { size: 60 })).toHaveLength(60);
  });

  it('joins frequent pairs first', () => {
    const pieces = trainWordpiece(['abab abab abab cd cd'], { size: 13 });
    // a ##b ##a c ##d, then a+b (3), ##a+##b (3), ab+##ab (3).
    expect(pieces.slice(5)).toEqual(['a', '##b', '##a', 'c', '##d', 'ab', '##ab', 'abab']);
  });

  it('does not depend on the order of texts', () => {
    const mixed = shuffle([...corpus, ...corpus], seededRandom(2));
    expect(trainWordpiece(mixed, { size: 320 })).toEqual(vocabulary);
  });

  it('keeps rare characters out of the alphabet', () => {
    const pieces = trainWordpiece(['aaa bbb aaa bbb z'], { size: 100, alphabet: 2 });
    expect(pieces.some((piece) => piece.includes('z'))).toBe(false);
    expect([...new Wordpiece(pieces).encode('z', 8)]).toEqual([2, 1, 3]);
  });
});

describe('bertWords', () => {
  it('gives the same words by its quick way for ASCII as by the long one', () => {
    const text = 'It\'s 5 o\'clock: "go"~home_now\t(A+B)=C\n#1 e-mail@x.org';
    expect(bertWords(`${text} é`)).toEqual([...bertWords(text), 'e']);
  });
});
