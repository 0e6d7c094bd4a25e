/** What in an instruction speaks against doing anything, though it names running or keeping. */
export type Doubt = 'question' | 'negation' | 'condition' | 'plan' | 'tale';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const actions = set(
  'run runs running rerun execute executes executing exec launch launching start starting invoke invoking perform submit trigger apply fire kick send call do process evaluate deploy go try use ' +
    'save saving store storing keep keeping archive archiving file filing record hold retain upload put add',
);
const done = set(
  'ran run rerun executed launched started invoked performed submitted triggered applied fired kicked sent called did done processed evaluated deployed tried used typed pasted ' +
    'saved stored kept archived filed recorded held retained uploaded put added',
);
/** Forms that tell of the past by themselves. */
const past = set(
  'ran executed launched started invoked performed submitted triggered applied did saved stored kept archived filed recorded',
);
const negators = set(
  "not never cannot can't cant don't dont doesn't didn't won't wont wouldn't shouldn't shouldnt mustn't isn't wasn't couldn't nobody neither nor refrain avoid against forbidden no-one stop",
);
const questioners = set("what whats what's why how who whom whose which when where whether");
const auxiliaries = set(
  "is isn't are aren't was wasn't were am does doesn't do did didn't has hasn't have haven't had should shouldn't would wouldn't could couldn't can can't may might must will won't shall",
);
/** What is asked of somebody who understands; beside an order to do a thing ("run it and tell me") they do not count. */
const inquiries = set(
  'explain tell check review describe summarise summarize translate compare fix debug help look see say verify interpret analyse analyze examine inspect discuss rewrite improve simplify shorten convert correct find guess think',
);
const people = set(
  'i we you u he she it they this that these those anyone anybody someone somebody everyone nobody there one the my our your',
);
const actors = set('i we he she they you someone somebody anyone anybody nobody who it everyone');
const causers = set('have has had get gets got want wants need needs like love see make makes');
const fillers = set(
  'please pls plz and but so then now next also hi hello hey ok okay right well hmm just oh yes alright kindly or again team all everyone folks sorry',
);
const conditions = set('if unless provided assuming whether');
const plans = set("will would might may could 'll");
const adverbs = set(
  'just already also then never ever once twice recently accidentally only have had has been always often usually later now still first',
);

/** At most this many words of an instruction are looked at. */
const longest = 120;

/**
 * Reads an English instruction clause by clause. A polite request is no question ("could you run this?"), a negated
 * clause counts only where it negates doing ("do not touch it, just run it" is clear), and a condition only where it is no
 * courtesy ("if you have a minute"). Null where nothing of the kind was found; in other languages nothing is.
 */
export function doubtOf(instruction: string): Doubt | null {
  let budget = longest;
  let acts = false;
  let inquires = false;
  for (const sentence of instruction
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/(?<=[.!?;:\n])\s*/)) {
    const words = sentence.match(/[\p{L}\p{N}']+/gu) ?? [];
    if (words.length === 0) continue;
    budget -= words.length;
    if (budget < 0) return null;
    const doubt = doubtInSentence(sentence, words);
    if (doubt !== null) return doubt;
    acts ||= words.some((word) => actions.has(word) || done.has(word));
    const at = isRequest(opened(words)) ? 2 : 0;
    inquires ||= inquiries.has(opened(words)[at] ?? '');
  }
  return inquires && !acts ? 'question' : null;
}

function doubtInSentence(sentence: string, words: readonly string[]): Doubt | null {
  const clauses = sentence.split(/,|\s-\s|\bbut\b|\band\b/).map((clause) => clause.match(/[\p{L}\p{N}']+/gu) ?? []);
  for (const clause of clauses) {
    const doubt = doubtInClause(clause);
    if (doubt !== null) return doubt;
  }
  if (/\?\s*$/.test(sentence) && !isRequest(opened(words)) && !clauses.some((clause) => isRequest(opened(clause)))) {
    const pleads = words.some((word) => word === 'please' || word === 'pls' || word === 'plz');
    if (!pleads) return 'question';
  }
  return null;
}

function doubtInClause(all: readonly string[]): Doubt | null {
  const words = opened(all);
  if (words.length === 0) return null;
  const acts = (word: string | undefined): boolean => word !== undefined && (actions.has(word) || done.has(word));
  const action = words.findIndex(acts);
  const negator = words.findIndex((word) => negators.has(word));
  const no = words.findIndex(
    (word, at) => word === 'no' && /^(one|need|circumstances|account|case|means|way|event)$/.test(words[at + 1] ?? ''),
  );
  const first = negator < 0 ? no : no < 0 ? negator : Math.min(negator, no);
  if (first >= 0 && words.slice(first + 1).some(acts)) {
    const waits = words
      .slice(first + 1, first + 3)
      .some((word) => word === 'wait' || word === 'hesitate' || word === 'mind');
    if (!waits) return 'negation';
  }
  if (isQuestion(words)) return 'question';
  if (
    /^(this|that|here|these|it) (is|was|are|were) (how|why|where|when|who|what (?!(to|i|we) (run|execute|want|need|save|keep|store)\b))/.test(
      words.join(' '),
    )
  )
    return 'tale';
  const condition = words.findIndex((word) => conditions.has(word));
  if (condition >= 0 && !isCourtesy(words, condition)) return 'condition';
  if (words.some((word, at) => word === 'only' && /^(after|when|once|before)$/.test(words[at + 1] ?? '')))
    return 'condition';
  if (action < 0) return null;
  for (let at = 0; at < words.length; at += 1) {
    if (!done.has(words[at] as string)) continue;
    let back = at - 1;
    while (back >= 0 && adverbs.has(words[back] as string)) back -= 1;
    if (words[back] === 'else') back -= 1;
    const before = words[back] ?? '';
    if (/^(was|were|been|being)$/.test(before)) return 'tale';
    if (words.slice(back + 1, at).includes('been')) return 'tale';
    const isPast = past.has(words[at] as string) || (at - back > 1 && /^(have|has|had)$/.test(words[back + 1] ?? ''));
    const caused = words.slice(0, Math.max(0, back)).some((word) => causers.has(word) || word === 'if');
    if (isPast && (actors.has(before) || (back < 0 && at - back > 1)) && !caused) return 'tale';
  }
  for (let at = 0; at + 1 < action; at += 1) {
    if (!actors.has(words[at] as string) || words[at] === 'you') continue;
    const next = words[at + 1] as string;
    // "It may be run" is leave to do so, "we may run it" is none.
    if (
      plans.has(next) &&
      !(next === 'may' && words[at] === 'it') &&
      words.slice(at + 2, action).every((word) => adverbs.has(word) || word === 'be')
    )
      return 'plan';
    const purpose = words.slice(at + 1, action).join(' ');
    if (
      /\b(going|plan|planning|intend|intends|wanted|wants|want|about|tried|trying|meant|used|learned|forgot|hope) to$/.test(
        purpose,
      )
    ) {
      return 'plan';
    }
  }
  if (/\b(wants|tries|plans|intends|wishes|means|hopes) to$/.test(words.slice(0, action).join(' '))) return 'plan';
  if (/^(i'll|we'll|he'll|she'll|they'll|i'd|we'd)$/.test(words[action - 1] ?? '')) return 'plan';
  return null;
}

function opened(words: readonly string[]): readonly string[] {
  let start = 0;
  while (start < words.length && fillers.has(words[start] as string)) {
    start += words[start + 1] === 'there' && (words[start] as string).startsWith('h') ? 2 : 1;
  }
  return words.slice(start);
}

/** "could you", "can somebody", "would you mind", "may I ask you", "any chance of", "how about running". */
function isRequest(words: readonly string[]): boolean {
  const [one = '', two = '', three = ''] = words;
  if (/^(can|could|would|will|won't)$/.test(one)) {
    if (/^(you|u|ya|someone|somebody|anyone|anybody)$/.test(two)) return true;
    if (/^(i|we)$/.test(two)) return /^(get|have|ask|trouble|bother)$/.test(three);
    return two === 'it' && words.slice(2, 5).join(' ') === 'be possible to';
  }
  if (/^(may|might)$/.test(one)) return two === 'i' && /^(ask|trouble|bother|request)$/.test(three);
  if (one === 'do') return (two === 'you' && three === 'mind') || !people.has(two);
  if (one === 'are') return two === 'you' && three === 'able';
  if (one === 'have' || one === 'will') return !actors.has(two) || two === 'it';
  return (
    one === 'mind' || (one === 'any' && two === 'chance') || (one === 'how' && two === 'about' && three.endsWith('ing'))
  );
}

function isQuestion(words: readonly string[]): boolean {
  const [one = '', two = ''] = words;
  if (questioners.has(one)) {
    if (isRequest(words)) return false;
    // "when you can, run this", "what I need executed is this": no question follows the word.
    if (/^(follows|comes|stands)$/.test(two)) return false;
    return !(people.has(two) && !auxiliaries.has(two)) || one === 'whether';
  }
  return (
    auxiliaries.has(one) &&
    people.has(two) &&
    !isRequest(words) &&
    !(one === 'do' && /^(this|that|it|these|those|the)$/.test(two))
  );
}

/** "if you have a minute", "if possible", "when you can"; "I'd appreciate it if you ran this". */
function isCourtesy(words: readonly string[], at: number): boolean {
  if (words[at] !== 'if') return false;
  const [one = '', two = ''] = words.slice(at + 1);
  if (one === 'possible' || one === 'nothing' || (one === 'it' && two === 'suits')) return true;
  const asksNicely = words
    .slice(0, at)
    .some((word) => /^(appreciate|great|nice|good|glad|happy|grateful|lovely|kind)$/.test(word));
  return one === 'you' && (asksNicely || /^(have|can|could|would|please|like|want|get|find|are|don't)$/.test(two));
}

/** Code units of a text looked at on either side for a sentence. */
const edge = 320;
/** A sentence, not code: words, numbers and the marks of prose. */
const plain = /^[\p{L}\p{N}\s.,;:!?'’()^-]*$/u;
/** Parts of quoted strings and of brackets are no sentences, whatever they say. */
const cutOff = /(^|\P{L})['’]|['’](\P{L}|$)|^[^()]*\)|\([^()]*$/u;
const fewestWords = 3;
const comment = /^\s*(?:#|\/\/|\/\*|\*|--|;|%|<!--)/;

/**
 * The doubt of a sentence that stands at the front or the back of a text that was taken for bare content, on a line of its
 * own or joined by a mark; null where there is none. What comments and quoted strings say is not looked at.
 */
export function doubtAtEdges(text: string): Doubt | null {
  const head = text.slice(0, edge).trimStart();
  const firstLine = lineOf(head, 'first');
  const words = opened(firstLine.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? []);
  const [one = '', two = ''] = words;
  const opens = questioners.has(one) ? auxiliaries.has(two) : auxiliaries.has(one) && people.has(two);
  if (opens && !isRequest(words) && (words.length > 2 || firstLine.endsWith('?'))) return 'question';
  const lastLine = lineOf(text.slice(-edge).trimEnd(), 'last');
  // The words in front of a payload, also where no mark sets them off: "never run X here".
  const lead = (/^[\p{L}\p{N}\s.,;:!?'’^-]*(?=\s)/u.exec(firstLine)?.[0] ?? '').replace(/\s-[\s\S]*$/, '');
  const tails = [...lastLine.matchAll(/(?:[,;.!?:]|\s-|`|\))\s+(?=\S)/gu)].map(({ index }) =>
    lastLine.slice(index + 1),
  );
  const pieces = [firstLine, lastLine, lead, ...tails.slice(-3)];
  for (const piece of pieces) {
    const sentence = piece.replace(/^[\s,;.:`)-]+/u, '');
    if (!plain.test(sentence) || cutOff.test(sentence)) continue;
    const doubt = doubtOf(sentence);
    // `which python` is a command; `never run` is enough.
    const isShort = (sentence.match(/\p{L}+/gu)?.length ?? 0) < fewestWords && !sentence.endsWith('?');
    if (isShort && doubt !== 'negation') continue;
    // Programs have conditions too; only those on doing something count.
    const isOfCode =
      doubt === 'condition' &&
      !sentence
        .toLowerCase()
        .split(/[^\p{L}]+/u)
        .some((one) => actions.has(one));
    if (doubt !== null && !isOfCode) return doubt;
  }
  return null;
}

/** A line at the end of a text; nothing where it is a comment. */
function lineOf(text: string, which: 'first' | 'last'): string {
  const at = which === 'first' ? text.indexOf('\n') : text.lastIndexOf('\n');
  const line = at < 0 ? text : which === 'first' ? text.slice(0, at) : text.slice(at + 1);
  return comment.test(line) ? '' : line.trim();
}
