import { combine, hashText } from '../../text/ngrams.ts';
import { moveOf } from '../encoding/encode.ts';
import type { DialogueTurn } from '../example.ts';
import { markersOf } from '../encoding/markers.ts';
import { momentsOf } from './moments.ts';
import { spansOf } from './spans.ts';
import type { FoundSpan } from './tagger.ts';
import { remembered } from './remembered.ts';
import { isComparison, valueKey } from './value-key.ts';

/** Where a value came from. */
export type ValueOrigin = 'span' | 'option' | 'constant' | 'call' | 'result';

/** One reason to think of a value: what was seen, as hashes that any argument can weigh for itself. */
export interface Evidence {
  readonly key: string;
  readonly value: unknown;
  readonly origin: ValueOrigin;
  /** Finer than the origin: the type of a span, the name of a field. */
  readonly kind: string;
  readonly hashes: readonly number[];
  /** Reasons that hold for every argument of every tool. */
  readonly general: readonly number[];
  /** What an argument compares its own name with. */
  readonly beside: Beside;
}

/** What stands beside a piece: stems of its neighbours, of what was asked before it, and of the field that held it. */
export interface Beside {
  readonly left: string;
  readonly beforeLeft: string;
  readonly right: string;
  readonly asked: ReadonlySet<string>;
  /** Name of the field of a call or result; empty for a piece of a turn. */
  readonly field: string;
}

/** What a dialogue offers to fill arguments with; read once, used for every argument. */
export interface DialogueEvidence {
  readonly evidence: readonly Evidence[];
  /** State that speaks for or against there being a value at all. */
  readonly state: readonly number[];
  /** Words of the last user turns, newest first, for options that are meant but not named. */
  readonly recent: readonly number[];
  /** Folded words of each user turn, newest first, for options that are named. */
  readonly turns: readonly SaidTurn[];
  /** Arguments of the newest earlier call, by tool. */
  readonly calls: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A user turn as options are looked for in it. */
export interface SaidTurn {
  /** Folded words, a blank before and after each. */
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly age: number;
  /** Stems of what was asked before it. */
  readonly asked: ReadonlySet<string>;
}

/** How far back values are looked for. */
const window = { users: 8, tagged: 4, calls: 4, results: 3, fields: 24 } as const;

/** What a reader of turns adds to what stands in them. */
export interface EvidenceReader {
  /** Values that a tagger finds in a user turn, given the move that it answers. */
  readonly tagged: (turn: DialogueTurn, asked: string) => readonly FoundSpan[];
  /** The day that turns without a time were said on; null where unknown. */
  readonly day: number | null;
}

const plainReader: EvidenceReader = { tagged: () => [], day: null };

export function evidenceOf(turns: readonly DialogueTurn[], reader: EvidenceReader = plainReader): DialogueEvidence {
  const evidence: Evidence[] = [];
  const state: number[] = [];
  const recent: number[] = [];
  const userTurns: SaidTurn[] = [];
  const calls = new Map<string, Readonly<Record<string, unknown>>>();
  const moves: string[] = [];
  const newer = new Set<string>();
  let users = 0;
  let callAge = 0;
  let resultAge = 0;
  const put = (name: string): number => state.push(hashText(name));
  for (let index = turns.length - 1; index >= 0 && index > turns.length - 80; index -= 1) {
    const turn = turns[index] as DialogueTurn;
    if (turn.speaker === 'user') {
      if (users >= window.users) continue;
      const asked = questionBefore(turns, index);
      addSpans(turn, askedBefore(turns, index), asked, users, newer, reader, evidence);
      const folded = turn.text.slice(0, 2000).toLowerCase();
      const words = new Set(folded.match(/[\p{L}\p{N}]+/gu) ?? []);
      userTurns.push({ text: ` ${[...(folded.match(/[\p{L}\p{N}]+/gu) ?? [])].join(' ')} `, words, age: users, asked });
      if (users < 2) for (const word of [...words].slice(0, 20)) recent.push(hashText(`${users} ${word}`));
      if (users === 0) for (const marker of markersOf(turn.text)) put(`m ${marker}`);
      users += 1;
    } else if (turn.speaker === 'action') {
      moves.push(moveOf(turn));
      if (callAge < window.calls) addFields(turn, 'call', callAge, evidence);
      if (turn.values !== null && !calls.has(turn.text)) calls.set(turn.text, turn.values);
      callAge += 1;
    } else if (turn.speaker === 'result') {
      if (resultAge < window.results) addFields(turn, 'result', resultAge, evidence);
      if (resultAge === 0)
        for (const [field, value] of Object.entries(turn.values ?? {}).slice(0, window.fields)) {
          put(`r ${field}`);
          if (typeof value === 'string' && value.length <= 60) put(`r ${field}=${value.toLowerCase()}`);
        }
      resultAge += 1;
    } else moves.push(moveOf(turn));
  }
  put(`u ${Math.min(users, 6)}`);
  put(`c ${Math.min(callAge, 3)}`);
  put(`1 ${moves[0] ?? 'none'}`);
  put(`2 ${moves[1] ?? 'none'} ${moves[0] ?? 'none'}`);
  for (const move of new Set(moves.slice(0, 24))) put(`d ${move}`);
  for (const tool of calls.keys()) put(`t ${tool}`);
  return { evidence, state, recent, turns: userTurns, calls };
}

/** The move that a user turn answers. */
export function askedBefore(turns: readonly DialogueTurn[], index: number): string {
  for (let before = index - 1; before >= 0 && before >= index - 3; before -= 1) {
    const turn = turns[before] as DialogueTurn;
    if (turn.speaker === 'agent') return moveOf(turn) === 'free' ? freeTopic(turn.text) : moveOf(turn);
    if (turn.speaker === 'user') break;
  }
  return 'none';
}

/** Stems of the words of the agent turn that a user turn answers. */
function questionBefore(turns: readonly DialogueTurn[], index: number): ReadonlySet<string> {
  const before = turns[index - 1];
  return before?.speaker === 'agent' ? questionStems(before.text.slice(0, 400)) : none;
}
const questionStems = remembered(stemsOf);

function stemsOf(text: string): ReadonlySet<string> {
  return new Set(wordsOf(text).map(stemOf));
}

/** Stems of the words in the name of an argument or field. */
export const nameStems = remembered(stemsOf);

const none: ReadonlySet<string> = new Set();

/** Lower-case words; of a name like `leaving_date` or `PartySize` its parts. */
function wordsOf(text: string): string[] {
  return (
    text
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  );
}

/** Enough of a word to know it with another ending. */
export function stemOf(word: string): string {
  return word.length <= 4 ? word.replace(/s$/, '') : word.slice(0, 5);
}

/** Of a free question, the last noun-like words say what was asked. */
function freeTopic(text: string): string {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return `free ${words.at(-1) ?? ''}`;
}

/** What is told of a span, as numbers that are cheap to combine. */
const told = {
  type: 0x11,
  age: 0x12,
  asked: 0x13,
  left: 0x14,
  leftAsked: 0x15,
  before: 0x16,
  right: 0x17,
  words: 0x18,
  shape: 0x19,
  shapeAsked: 0x1a,
  place: 0x1b,
  near: 0x1c,
  whole: 0x1d,
  wholeAsked: 0x1e,
  wholeAge: 0x1f,
  newer: 0x20,
  negated: 0x21,
  corrects: 0x22,
  tagged: 0x23,
  taggedAge: 0x24,
  taggedShare: 0x25,
  taggedNewer: 0x26,
} as const;

/** Words that take back what follows them, and turns that put something in its place. */
const negation = /^(not|no|never|instead|than|without|isn't|don't)$/;
const correction = /^\W*(no|nope|actually|sorry|wait|oops)\b|\b(instead|rather|i meant|change|make (it|that))\b/i;

/** `newer`: types of what stands in newer turns, which this turn's are added to. */
function addSpans(
  turn: DialogueTurn,
  asked: string,
  questionWords: ReadonlySet<string>,
  age: number,
  newer: Set<string>,
  reader: EvidenceReader,
  evidence: Evidence[],
): void {
  const near = Math.min(age, 3);
  const question = hashText(asked);
  const corrects = correction.test(turn.text.slice(0, 400));
  const types = new Set<string>();
  const spans = spansOf(turn.text, age < 2 ? 4 : 3, momentsOf(turn, reader.day));
  for (const span of spans) {
    types.add(span.type);
    const type = hashText(span.type);
    const left = hashText(span.left);
    const shape = hashText(shapeOf(span.value));
    const hashes = [
      combine(told.type, type),
      combine(told.age, type + near),
      combine(told.asked, combine(type, question)),
      combine(told.left, combine(type, left)),
      combine(told.leftAsked, combine(left, question)),
      combine(told.before, combine(hashText(span.beforeLeft), left)),
      combine(told.right, hashText(span.right)),
      combine(told.words, type + span.words),
      combine(told.shape, shape),
      combine(told.shapeAsked, combine(shape, question)),
      combine(told.place, type + Math.min(span.place, 4)),
      combine(told.near, near),
    ];
    if (span.whole) {
      hashes.push(
        combine(told.whole, type),
        combine(told.wholeAsked, question),
        combine(told.wholeAge, combine(question, type + near)),
      );
    }
    const isNegated = negation.test(span.left) || (span.left === 'of' && negation.test(span.beforeLeft));
    const general = [
      combine(told.near, near),
      combine(told.newer, newer.has(span.type) ? 1 : 2),
      combine(told.negated, isNegated ? 1 : 2),
      combine(told.corrects, combine(corrects ? 1 : 2, near)),
    ];
    hashes.push(combine(told.newer, combine(type, newer.has(span.type) ? 1 : 2)));
    const value = span.value;
    const beside = {
      left: stemOf(span.left),
      beforeLeft: stemOf(span.beforeLeft),
      right: stemOf(span.right),
      asked: questionWords,
      field: '',
    };
    evidence.push({ key: valueKey(value), value, origin: 'span', kind: span.type, hashes, general, beside });
  }
  for (const found of age < window.tagged ? reader.tagged(turn, asked) : []) {
    const kind = `tag ${found.slot}`;
    types.add(kind);
    const slot = hashText(kind);
    const share = Math.min(4, Math.floor(found.confidence * 5));
    const isNewer = newer.has(kind) ? 1 : 2;
    const hashes = [
      combine(told.tagged, slot),
      combine(told.taggedAge, combine(slot, near)),
      combine(told.taggedShare, combine(slot, share)),
      combine(told.taggedNewer, combine(slot, isNewer)),
    ];
    const general = [combine(told.taggedShare, share), combine(told.taggedNewer, isNewer)];
    const beside = { left: '', beforeLeft: '', right: '', asked: none, field: found.slot };
    // the piece as it stands, and in the plain forms that were read from it
    const forms = spans
      .filter(({ start, end }) => start === found.start && end === found.end)
      .map(({ value }) => value);
    for (const value of new Set([found.text, ...forms]))
      evidence.push({ key: valueKey(value), value, origin: 'span', kind, hashes, general, beside });
  }
  for (const type of types) newer.add(type);
}

function addFields(turn: DialogueTurn, origin: 'call' | 'result', age: number, evidence: Evidence[]): void {
  const tool = origin === 'call' ? turn.text : '';
  for (const [field, value] of Object.entries(turn.values ?? {}).slice(0, window.fields)) {
    if (value === null || value === '' || (typeof value === 'string' && value.length > 400)) continue;
    const kind = `${origin} ${field}`;
    const names = [
      `${origin} ${tool} ${field}`,
      `${origin} ${tool} ${field} ${Math.min(age, 2)}`,
      `${origin} ${Math.min(age, 2)}`,
    ];
    const general = [combine(told.near, hashText(`${origin} ${Math.min(age, 2)}`))];
    const beside = { left: '', beforeLeft: '', right: '', asked: none, field };
    evidence.push({ key: valueKey(bareOf(value)), value, origin, kind, hashes: names.map(hashText), general, beside });
  }
}

/** Of a comparison its value, of anything else itself. */
export function bareOf(value: unknown): unknown {
  return isComparison(value) ? value.value : value;
}

/** `Abc Ab` for a name, `9999` for a code: letters and digits by class, runs cut at four. */
function shapeOf(text: string): string {
  return text
    .slice(0, 24)
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\p{N}/gu, '9')
    .replace(/(.)\1{4,}/gu, '$1$1$1$1');
}
