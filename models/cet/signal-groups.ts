import { rowNames } from './rows.ts';
import { secondNames } from './second-signals.ts';

/** Signals that say the same kind of thing, as places in a candidate's own row and in its second row. */
export interface SignalGroup {
  readonly name: string;
  readonly own: readonly number[];
  readonly second: readonly number[];
}

/** First that fits counts; what fits none is the same for all candidates and speaks for none of them. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ['words of other pieces found', /^(?:feedback|region|found|place\d*$)|^passageFeedback/],
  ['session', /^(?:session|opening)/],
  ['speaker', /^(?:speaker|otherSpeaker)/],
  ['dates', /^(?:dates|tellsTime|whenTime)$/],
  ['names and numbers', /^(?:names|newNames|numbers|hasNumber|whoName|manyNumber)$/],
  ['question and answer', /^(?:asks|answers|answersMatch)$/],
  ['meaning', /^near(?:Around\d+)?$/],
  ['length', /^(?:length|short)$/],
  ['kind of piece', /^is[A-Z]/],
  ['age', /^(?:position|recency)$/],
  ['neighbours', /^(?:before|after|around|passage|cover\d|prefix2|nearBest|share|level\d)/],
  ['words shared', /^(?:bm25|coverage|rarest|pairs|prefix)/],
];

function placesOf(names: readonly string[], group: string): number[] {
  return names.flatMap((name, place) => (kinds.find(([, mark]) => mark.test(name))?.[0] === group ? [place] : []));
}

export const signalGroups: readonly SignalGroup[] = kinds.map(([name]) => ({
  name,
  own: placesOf(rowNames, name),
  second: placesOf(secondNames, name),
}));
