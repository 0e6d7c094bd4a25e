import { clipText, combine, fullNgrams, hashText, tokenize, visitNgrams, wordNgrams } from '../../text/ngrams.ts';
import type { DialogueTurn } from '../example.ts';
import { encodeCrosses, moveOf, shortValue } from './encode.ts';
import { groupNumber, type FeatureList } from './features.ts';
import { callFlow, scriptFlow } from './flow.ts';

/** Turns that are read one by one, from the end of a long history. */
export const readTurns = 40;

const { words, state, agent } = groupNumber;
/** Words of a user's turn, words of an agent's; fields of calls and results; places that are told apart. */
const most = { said: 64, written: 48, fields: 24, place: 6 } as const;

/**
 * Turn by turn, the features of each by itself: words of users, steps of the agent, calls with their arguments, results
 * with their fields, each crossed with the step before, and how the dialogue has gone up to it. Calls `visit` after each
 * turn, when `features` holds those of the turn.
 * @param turns at most `readTurns`, the last ones of the dialogue
 * @param before number of turns in front of these
 */
export function encodeTurns(
  turns: readonly DialogueTurn[],
  before: number,
  features: FeatureList,
  visit: (place: number) => void,
): void {
  const put = (name: string): void => features.add(hashText(name), state);
  let previous = 'none';
  const flow = { replies: 0, offScript: 0, callsInARow: 0 };
  turns.forEach((turn, place) => {
    features.clear();
    const { speaker } = turn;
    put(`s ${speaker}`);
    put(`i ${Math.min(before + place, most.place)}`);
    const move = speaker === 'agent' || speaker === 'action' ? moveOf(turn) : null;
    if (speaker === 'user') flow.callsInARow = 0;
    if (speaker === 'action') flow.callsInARow += 1;
    if (speaker === 'agent') flow.replies += 1;
    if (speaker === 'agent' && move === 'free') flow.offScript += 1;
    if (move !== null) {
      put(`1 ${move}`);
      put(`2 ${previous} ${move}`);
    }
    if (speaker === 'user') readUser(turn.text, previous, features);
    else if (move === 'free') {
      visitNgrams(tokenize(turn.text, most.written), wordNgrams, (hash) => features.add(combine(0x4a63, hash), agent));
    } else readValues(turn, previous, put);
    if (speaker === 'action' || speaker === 'result') callFlow(turns.slice(0, place + 1), flow, put);
    put(`cu ${Math.min(flow.callsInARow, 4)} ${speaker} ${previous}`);
    scriptFlow(flow, speaker, previous, put);
    if (move !== null) previous = move;
    visit(place);
  });
}

function readUser(said: string, previous: string, features: FeatureList): void {
  const text = clipText(said);
  const tokens = tokenize(text, most.said);
  visitNgrams(tokens, fullNgrams, (hash) => features.add(hash, words));
  features.add(hashText(`p ${previous}`), state);
  encodeCrosses(previous, text, tokens, features);
}

/** Arguments of a call, fields of a result. */
function readValues({ speaker, text, values }: DialogueTurn, previous: string, put: (name: string) => void): void {
  const fields = Object.entries(values ?? {}).slice(0, most.fields);
  const kind = speaker === 'action' ? `c ${text}` : 'r';
  if (speaker === 'result') {
    put(fields.length === 0 ? 'r empty' : 'r full');
    if (values === null) for (const word of tokenize(text, most.fields)) put(`rw ${word}`);
  }
  for (const [field, value] of fields) {
    put(`${kind} ${field}`);
    const shown = shortValue(value);
    if (shown === null) continue;
    put(`${kind} ${field}=${shown}`);
    if (speaker === 'result') put(`r ${field}=${shown} ${previous}`);
  }
}
