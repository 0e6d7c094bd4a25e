/**
 * Text to words exactly as `BertNormalizer` and `BertPreTokenizer` of a Hugging Face `tokenizer.json` do it (cleaned,
 * lower case, accents off, CJK characters and punctuation apart), in the reading of transformers.js.
 */
const punctuation = String.raw`\p{P}\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007E`;
const wordPattern = new RegExp(`[^\\s${punctuation}]+|[${punctuation}]`, 'gu');
const asciiPattern = /[^\s!-/:-@[-`{-~]+|[!-/:-@[-`{-~]/g;
const plainAscii = /^[\t\n\r\u0020-\u007e]*$/;
const dropped = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu;
/** Ideographs of the basic plane; those beyond it stay in their word, as in transformers.js. */
const ideograph = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;
const accents = /\p{Mn}/gu;

export function bertWords(text: string): readonly string[] {
  if (plainAscii.test(text)) return text.toLowerCase().match(asciiPattern) ?? [];
  const spaced = text.replace(dropped, '').replace(ideograph, ' $& ');
  return spaced.toLowerCase().normalize('NFD').replace(accents, '').match(wordPattern) ?? [];
}
