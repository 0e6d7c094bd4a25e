/**
 * Words with which people speak to somebody about a thing, and which commands, code and data seldom hold at their edges.
 * A message without any of them holds no instruction, and is not searched for one.
 */
const words =
  'archived deploy forward add copy query result output same ready approved leave drop back backup please pls plz kindly thanks thank thx cheers you your u i me my we us our he she they them his her their this that it its these those below above following ' +
  'what whats why how who whom whose which when where should could would can cannot may might must shall will does did do dont was were has have had is are am be been ' +
  'run ran running execute executed executing launch launched start started invoke perform submit trigger apply fire kick rerun send sent go ' +
  'save saved saving keep kept keeping store stored storing archive archived file filed record hold remember records stash put note ' +
  'not never nobody none no don stop wait cancel ignore disregard forget skip careful nothing ' +
  'explain mean means meaning understand tell describe review check wrong correct safe fix help summarise summarize translate think idea question any ' +
  'hi hello hey ta bye greetings good dear team morning afternoon evening ok okay sorry hope regards best wishes yesterday today tomorrow later now next';

const size = 4096;
const known = new Uint8Array(size);
for (const word of words.split(' ')) known[hashOf(word)] = 1;

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return fold(hash);
}

function fold(hash: number): number {
  return (hash ^ (hash >>> 13)) & (size - 1);
}

/** Code units looked at on either side. */
const edge = 240;

/** True where the first or last few hundred characters hold such a word. Nothing is allocated. */
export function addressesSomebody(text: string): boolean {
  if (text.length <= 2 * edge) return holdsWord(text, 0, text.length);
  return holdsWord(text, 0, edge) || holdsWord(text, text.length - edge, text.length);
}

function holdsWord(text: string, start: number, end: number): boolean {
  let hash = 0;
  let length = 0;
  let clean = true;
  for (let at = start; at <= end; at += 1) {
    const raw = at < end ? text.charCodeAt(at) : 32;
    const code = raw >= 65 && raw <= 90 ? raw + 32 : raw;
    if (code >= 97 && code <= 122) {
      hash = Math.imul(hash ^ code, 0x01000193);
      length += 1;
      continue;
    }
    // A word of language stands between blanks and the marks of sentences, not inside a path, name or call.
    if (length > 0 && clean && endsWord(code) && known[fold(hash)] === 1) return true;
    clean = startsWord(code);
    hash = 0;
    length = 0;
  }
  return false;
}

function endsWord(code: number): boolean {
  return (
    code <= 32 || code === 44 || code === 46 || code === 63 || code === 33 || code === 58 || code === 39 || code >= 128
  );
}

function startsWord(code: number): boolean {
  return code <= 32 || code === 40 || code === 94 || code >= 128;
}
