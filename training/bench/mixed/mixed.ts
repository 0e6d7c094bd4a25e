import type { DtrModel } from '../../../models/dtr/model.ts';
import type { DtrPrediction } from '../../../models/dtr/prediction.ts';
import { composeMixed, type GoldPart, type MixedMessage, type SentenceSide } from './messages.ts';
import { round, share } from '../traffic/figures.ts';
import type { TrafficRow } from '../traffic/data.ts';

/** Figures of composed messages, in which sentences say what is wanted of payloads. Rates in [0, 1]. */
export function mixedFigures(model: DtrModel, rows: readonly TrafficRow[], side: SentenceSide, seed: number) {
  const judged = composeMixed(rows, side, seed).map((message) => judge(message, model.route(message.text)));
  const rate = (of: readonly Judged[], is: (one: Judged) => boolean): number => share(of.filter(is).length, of.length);
  const spans = judged.reduce(
    (sum, { hits, found, gold }) => ({ hits: sum.hits + hits, found: sum.found + found, gold: sum.gold + gold }),
    { hits: 0, found: 0, gold: 0 },
  );
  const unasked = judged.filter(({ message }) => message.class !== 'deterministic');
  const grouped = (keyOf: (message: MixedMessage) => string) => {
    const keys = [...new Set(judged.map(({ message }) => keyOf(message)))].toSorted();
    return Object.fromEntries(
      keys.map((key) => {
        const own = judged.filter(({ message }) => keyOf(message) === key);
        return [key, { n: own.length, accuracy: rate(own, (one) => one.right), wish: rate(own, (one) => one.wish) }];
      }),
    );
  };
  return {
    n: judged.length,
    spanF1: round((2 * spans.hits) / Math.max(1, spans.found + spans.gold)),
    wishAccuracy: rate(judged, (one) => one.wish),
    messageAccuracy: rate(judged, (one) => one.right),
    /** Of messages that do not ask for their one payload to be run. */
    calledToRunUnasked: rate(unasked, (one) => one.called === 'deterministic'),
    perLayout: grouped(({ layout }) => layout),
    perWish: grouped(({ wish }) => wish),
  };
}

export interface Judged {
  readonly message: MixedMessage;
  readonly called: DtrPrediction['class'];
  /** Class and payload are right. */
  readonly right: boolean;
  /** What the sentence wants was understood; an order not to do a thing counts as understood where it passes up. */
  readonly wish: boolean;
  readonly hits: number;
  readonly found: number;
  readonly gold: number;
}

export function judge(message: MixedMessage, prediction: DtrPrediction): Judged {
  const { class: called, payload } = prediction;
  const wanted = message.wish === 'hold' ? 'ask' : message.wish;
  const heard = prediction.parts.find((part) => part.wish !== undefined)?.wish ?? 'ask';
  const found = prediction.parts.filter((part) => part.role !== 'whole');
  const keyOf = ({ role, start, end }: Pick<GoldPart, 'role' | 'start' | 'end'>): string => `${role} ${start} ${end}`;
  const gold = new Set(message.parts.map(keyOf));
  return {
    message,
    called,
    right: called === message.class && (message.payload === null || payload?.trim() === message.payload.trim()),
    wish: heard === wanted,
    hits: found.filter((part) => gold.has(`${part.role} ${part.start} ${part.end}`)).length,
    found: found.length,
    gold: gold.size,
  };
}
