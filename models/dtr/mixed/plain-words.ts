/**
 * The label under which commands that read like language have a threshold of their own. On the logs of a working month
 * they were 2 % of the proposed executions ("find md5sum of 401"), and nearly all of the unwanted ones.
 */
export const plainWordsLabel = 'plain words';

/** Beyond this length nothing new is learned about how a text reads; characters. */
const read = 2000;
const plain = /^[\p{L}\p{N}\s.,;:!?'’"()-]*$/u;
const option = /(^|\s)-/;
/** Punctuation as code has it: inside a name, or a semicolon that ends a line. */
const coded = /\p{L}[.;:]\p{L}|;\s*$/mu;

/** Words that hold sentences together and that neither shells nor programming languages use as keywords. */
const joints = new Set(
  'the of are an that these those be was were been being their its which whose you your my our we they them what how why please would could should will must may might cannot because followed into than there here'.split(
    ' ',
  ),
);
/** Share of joining words, outside quotes and comments, from which a text reads as language. */
const sentenceShare = 0.12;
const fewestJoints = 2;

/**
 * True where little tells a command from a sentence: it has no operator, path, option, assignment or bracket, only
 * words, numbers and the punctuation of prose; or words that join sentences are frequent outside its quoted strings and
 * comments.
 */
export function isPlainWords(text: string): boolean {
  const head = text.slice(0, read);
  return (plain.test(head) && !option.test(head) && !coded.test(head)) || readsAsLanguage(head);
}

function readsAsLanguage(text: string): boolean {
  let words = 0;
  let joining = 0;
  for (const line of text.split('\n')) {
    if (/^\s*(#|\/\/|\*|--|\/\*)/.test(line)) continue;
    for (const word of unquoted(line).split(/[^\p{L}\p{N}]+/u)) {
      if (word === '') continue;
      words += 1;
      if (joints.has(word.toLowerCase())) joining += 1;
    }
  }
  return joining >= fewestJoints && joining >= sentenceShare * words;
}

/** A line without what stands between quotes; an opening quote that nothing closes is no quote. */
function unquoted(line: string): string {
  let kept = '';
  let from = 0;
  for (let at = 0; at < line.length; at += 1) {
    const mark = line[at];
    if (mark !== '"' && mark !== "'") continue;
    const end = line.indexOf(mark, at + 1);
    if (end === -1) continue;
    kept += `${line.slice(from, at)} `;
    from = end + 1;
    at = end;
  }
  return kept + line.slice(from);
}
