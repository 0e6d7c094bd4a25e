import { foldOf } from './characters.ts';

/**
 * Function words of other languages in Latin script, commands and common names of variables left out (`du`, `su`, `die`,
 * `os`, `del`): they make a line a sentence as the English ones do.
 */
const foreignFunctionWords =
  'und oder aber nicht ich wir sie ihr mein meine meinen meinem meiner dein deine bitte wie warum wann welche welcher kann kannst können mir mich dir dich uns ein eine einen einem einer das dem der den ist sind habe hast hat haben wird werden wurde zum zur mit für von vom auf aus bei nach über auch noch nur wenn dass schon sehr heute gestern ' +
  'le les une des et mais je il elle nous vous ils mon mes ton votre vos est sont dans pour avec sur par pas que qui quoi comment pourquoi quand quel quelle moi cette ces peux pouvez voudrais suis été très merci bonjour ' +
  'el los las una por para con como cuando donde cual quiero puedo puede puedes necesito mi sus yo está son fue hay muy pero más sin sobre este esta esto ya también gracias hola ' +
  'il gli di da per che chi dove perché sono sei ho hai non mi ti vorrei posso puoi mio mia questo questa della delle degli nel nella alla anche più molto grazie ciao ' +
  'um uma não você meu minha seu sua em na ao pelo pela mas muito obrigado quero preciso onde isso isto são ' +
  'het een en van ik je jij wij niet maar met voor naar bij ook nog wel deze dit wil graag mijn uw hoe waarom wanneer wat waar zijn heeft hebben ' +
  'och att det jag är inte på med för som vill hur vad varför när min mitt oss han hon ett og jeg er ikke til skal hvad hva hvordan hvorfor hvornår hvor mig meg dig deg ' +
  'się nie jest czy jak mój moja moje proszę dla przez oraz tego ale już jestem chcę mogę możesz gdzie kiedy dlaczego prosím jsem není nebo kde kdy proč děkuji můžete ' +
  'és hogy nem egy az kérem hogyan miért mikor și nu este sunt pe cu pentru din care cum unde când vă rog ' +
  'bir ve bu ne için nasıl neden ben sen lütfen ile yang dan ke dari ini itu untuk dengan saya anda tidak bisa apa bagaimana tolong ' +
  'tôi bạn là và không có thể của cho một này gì như nào ja ei että mitä miten minä sinä voitko haluan kiitos mutta myös na ya wa kwa ni katika hii';

/** Word groups that carry a meaning of their own; a word may be in several. Written for this project. */
export const groups = {
  function:
    'the a an of to in on at by for from with about as into through over after before between and or but if because so than then that this these those it its is are was were be been being am has have had do does did will would can could should may might must not no yes there here my your his her our their me him us them i you he she we they who whom which what when where why how all any some more most other such only own same too very just also ' +
    foreignFunctionWords,
  question:
    'what which who whom whose when where why how is are was were do does did can could would should will may am has have',
  first: "i me my mine we us our i'm i'd i've i'll we're we've",
  second: "you your yours you're you've yourself u",
  polite: 'please thanks thank hi hello hey dear regards sorry kindly pls welcome ok okay yes sure cheers',
  sql: 'select from where join inner outer left group order having limit insert into values update set delete create table alter drop distinct count sum avg max min union on as and or not null between like desc asc case when then else end view index primary key begin commit rollback grant explain with',
  code: 'function def class return import from export const let var if else elif for while do switch case break continue new this self null nil none undefined true false int float double string bool char void static public private protected final package func fn struct impl use mod pub mut type interface enum extends implements throws try catch except finally raise throw async await yield lambda end puts print println printf require include using namespace module begin rescue unless elsif then echo foreach match where val fun object override virtual template typename unsigned long short size_t uint8_t len range assert library data frame list vector',
  level: 'info warn warning error debug fatal trace notice severe critical err alert emerg verbose',
  schema:
    'type properties required description parameters string object integer array enum default items schema format title boolean number additionalproperties ref definitions',
  call: 'name arguments parameters function params method args tool jsonrpc input tool_calls tool_use call parameters function_call recipient action command tools invoke',
  result: 'result error content iserror code message data status response output success results text',
  trace:
    'at exception traceback caused error file line module stack recent last thread main in frame throwable native goroutine panic',
  calendar:
    'jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday am pm utc gmt',
  config:
    'apiversion kind metadata spec version services image ports volumes name labels namespace replicas template containers selector build environment depends_on networks restart env resources limits on jobs steps uses runs key value enabled host port',
  run: 'run execute launch start invoke perform fire kick apply go do trigger call issue submit deploy exec',
  keep: 'save store keep file archive put away remember record hold stash note log records later copy drop attach upload',
  ask: 'mean means meaning explain why wrong fix bug work works working happen happens summarise summarize help understand difference translate rewrite review safe correct review better faster idea advice anyone tell know convert changed worried compare',
} as const;
export type GroupName = keyof typeof groups;
export const groupNames = Object.keys(groups) as readonly GroupName[];

/** Words are hashed in lower case: FNV-1a over folded characters, as the scan does it on the fly. */
export const wordSeed = 0x811c9dc5 | 0;
export const wordPrime = 0x01000193;

const size = 4096;
const keys = new Int32Array(size);
const masks = new Int32Array(size);

export function hashWord(word: string): number {
  let hash = wordSeed;
  for (let index = 0; index < word.length; index += 1) {
    hash = Math.imul(hash ^ (foldOf[word.charCodeAt(index)] as number), wordPrime);
  }
  return hash | 0;
}

for (const [index, name] of groupNames.entries()) {
  for (const word of groups[name].split(' ')) {
    const hash = hashWord(word);
    let slot = (hash >>> 7) & (size - 1);
    while (keys[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (size - 1);
    keys[slot] = hash;
    masks[slot] = (masks[slot] ?? 0) | (1 << index);
  }
}

/** Bit i is set where the word is in group i of `groupNames`; 0 for an unknown word. */
export function groupsOf(hash: number): number {
  let slot = (hash >>> 7) & (size - 1);
  while (keys[slot] !== 0) {
    if (keys[slot] === hash) return masks[slot] as number;
    slot = (slot + 1) & (size - 1);
  }
  return 0;
}

/** Adds one to the count of every group in `mask`. */
export function countGroups(mask: number, counts: Uint16Array): void {
  for (let bits = mask; bits !== 0; bits &= bits - 1) {
    const group = 31 - Math.clz32(bits & -bits);
    counts[group] = (counts[group] as number) + 1;
  }
}
