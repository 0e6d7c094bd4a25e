import { clipText, combine, fullNgrams, hashText, tokenize, visitNgrams, wordNgrams } from '../../text/ngrams.ts';
import { escalateStep, type DialogueTurn, type LppmInput } from '../example.ts';
import { groupNumber, type FeatureList } from './features.ts';
import { callFlow, flowOf, scriptFlow } from './flow.ts';
import { markersOf } from './markers.ts';

/** Changes whenever the same dialogue would give other features: a model of another version is refused. */
export const encodingVersion = 'lppm-encode-2';

/** Turns that are read of a long history, from its end. */
const turnWindow = 40;
/** Earlier user turns whose words are read. */
const historyTurns = 6;
/** Different words of the last user turn that are crossed with the step before. */
const crossedWords = 24;

const { words, state, agent, history, cross } = groupNumber;

/** What an agent's turn was: a call, a step, or free words. The same while learning from marked turns and in service. */
export function moveOf(turn: DialogueTurn): string {
  if (turn.speaker === 'action') return `call:${turn.text}`;
  return turn.step === null || turn.step === escalateStep ? 'free' : turn.step;
}

/**
 * A dialogue as sparse features: every kind of n-gram of what the user said last, the words and the step of the agent
 * before, the steps taken so far, fields of tool results, arguments of calls, kinds of content, counters, and the last
 * step crossed with all of these. A single turn without history has word features alone.
 */
export function encode(input: LppmInput, features: FeatureList): void {
  features.clear();
  const turns = input.turns.slice(-turnWindow);
  const last = turns.at(-1);
  if (last === undefined) return;
  const user = findLast(turns, (turn) => turn.speaker === 'user');
  const text = user === undefined ? '' : clipText(turns[user]?.text ?? '');
  const tokens = tokenize(text);
  const fresh = last.speaker === 'user';
  visitNgrams(tokens, fresh ? fullNgrams : wordNgrams, (hash) => {
    if (fresh) features.add(hash, words);
    else features.add(combine(0x7a11, hash), history);
  });
  if (input.turns.length === 1) return;
  encodeState(turns, input.turns.length, text, tokens, features);
  if (user !== undefined) encodeHistory(turns.slice(0, user), features);
}

function encodeState(
  turns: readonly DialogueTurn[],
  length: number,
  text: string,
  tokens: readonly string[],
  features: FeatureList,
): void {
  const put = (name: string): void => features.add(hashText(name), state);
  const moves: string[] = [];
  const tools = new Set<string>();
  for (const turn of turns) {
    if (turn.speaker === 'agent' || turn.speaker === 'action') moves.push(moveOf(turn));
    if (turn.speaker === 'action') tools.add(turn.text);
  }
  const last = turns.at(-1) as DialogueTurn;
  const [first = 'none', second = 'none', third = 'none'] = moves.slice(-3).reverse();
  const speakers = turns
    .slice(-4)
    .map((turn) => turn.speaker[0])
    .join('');
  const users = turns.filter((turn) => turn.speaker === 'user').length;
  put(`1 ${first}`);
  put(`1 ${last.speaker} ${first}`);
  put(`2 ${second} ${first}`);
  put(`3 ${third} ${second} ${first}`);
  put(`y ${second}`);
  put(`p ${speakers}`);
  put(`n ${Math.min(users, 8)}`);
  put(`l ${Math.min(8, Math.floor(Math.log2(length + 1)))}`);
  const counts = new Map<string, number>();
  for (const move of moves) counts.set(move, (counts.get(move) ?? 0) + 1);
  for (const [move, count] of counts) {
    put(`d ${move}`);
    if (count > 1) put(`d ${move} ${Math.min(count, 4)}`);
  }
  for (const tool of tools) {
    put(`t ${tool}`);
    put(`t ${tool} ${first}`);
  }
  encodeCalls(turns, first, put);
  const flow = flowOf(turns, moveOf);
  callFlow(turns, flow, put);
  scriptFlow(flow, last.speaker, first, put);
  put(`cu ${Math.min(flow.callsInARow, 4)} ${last.speaker} ${first}`);
  const previous = findLast(turns, (turn) => turn.speaker === 'agent');
  if (previous !== undefined) {
    visitNgrams(tokenize((turns[previous] as DialogueTurn).text, 48), wordNgrams, (hash) =>
      features.add(combine(0x4a63, hash), agent),
    );
  }
  if (last.speaker === 'user') encodeCrosses(first, text, tokens, features);
}

/** Kinds of content and words of a text, each crossed with the step before it. */
export function encodeCrosses(first: string, text: string, tokens: readonly string[], features: FeatureList): void {
  const step = hashText(`x ${first}`);
  for (const marker of markersOf(text)) {
    features.add(hashText(`m ${marker}`), state);
    features.add(combine(step, hashText(`m ${marker}`)), cross);
  }
  for (const token of new Set(tokens.slice(0, crossedWords))) features.add(combine(step, hashText(token)), cross);
  if (tokens.length <= 4) features.add(combine(step, hashText(`= ${tokens.join(' ')}`)), cross);
}

/** Results and calls: the newest in full, older ones by name. */
function encodeCalls(turns: readonly DialogueTurn[], first: string, put: (name: string) => void): void {
  let results = 0;
  let actions = 0;
  let agents = 0;
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    const turn = turns[index] as DialogueTurn;
    if (turn.speaker === 'agent' && results === 0) agents += 1;
    if (turn.speaker === 'result') {
      results += 1;
      if (results > 2) continue;
      const fresh = index === turns.length - 1;
      const kind = `${results}${fresh ? 'f' : 'o'}`;
      const fields = Object.entries(turn.values ?? {}).slice(0, 24);
      put(`r${kind} ${fields.length === 0 ? 'empty' : 'full'}`);
      if (turn.values === null) for (const word of tokenize(turn.text, 24)) put(`rw${kind} ${word}`);
      for (const [field, value] of fields) {
        put(`r${kind} ${field}`);
        const shown = shortValue(value);
        if (shown === null) continue;
        put(`r${kind} ${field}=${shown}`);
        if (fresh) put(`r${kind} ${field}=${shown} ${first}`);
      }
    } else if (turn.speaker === 'action') {
      actions += 1;
      if (actions > 2) continue;
      for (const [name, value] of Object.entries(turn.values ?? {}).slice(0, 24)) {
        put(`c${actions} ${turn.text} ${name}`);
        const shown = shortValue(value);
        if (shown !== null) put(`c${actions} ${turn.text} ${name}=${shown}`);
      }
    }
  }
  put(`ra ${Math.min(results, 5)} ${Math.min(actions, 5)}`);
  put(`rg ${results === 0 ? 'never' : Math.min(agents, 5)}`);
}

/** A value as text where it is short enough to mean something by itself. */
export function shortValue(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Math.abs(value) <= 20 ? String(value) : '#';
  if (typeof value === 'string') return value.length <= 100 ? value.toLowerCase() : null;
  if (value === null) return 'null';
  return Array.isArray(value) ? `[${Math.min(value.length, 4)}]` : null;
}

function encodeHistory(turns: readonly DialogueTurn[], features: FeatureList): void {
  let seen = 0;
  for (let index = turns.length - 1; index >= 0 && seen < historyTurns; index -= 1) {
    const turn = turns[index] as DialogueTurn;
    if (turn.speaker !== 'user') continue;
    seen += 1;
    visitNgrams(tokenize(turn.text, 64), wordNgrams, (hash) => features.add(combine(0x2b9d, hash), history));
  }
}

function findLast(turns: readonly DialogueTurn[], accept: (turn: DialogueTurn) => boolean): number | undefined {
  for (let index = turns.length - 1; index >= 0; index -= 1) if (accept(turns[index] as DialogueTurn)) return index;
  return undefined;
}
