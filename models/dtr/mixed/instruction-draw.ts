import type { Random } from '../../../engine/core/clock.ts';
import { grammar, holdGrammar, neutral, seedSentences } from './instruction-seeds.ts';

const pickFrom = (items: readonly string[], random: Random): string =>
  items[Math.floor(random() * items.length)] as string;

/** A sentence in the manner of the seeds, put together by chance; `ask` also draws orders not to do a thing. */
export function drawSentence(wish: 'run' | 'keep' | 'ask', random: Random): string {
  const roll = random();
  if (wish === 'ask') {
    if (random() < holdShare) return drawHold(random);
    if (roll < 0.35) return pickFrom(seedSentences.ask, random);
    const { starts, objects, ends } = grammar.ask;
    return join([pickFrom(starts, random), pickFrom(objects, random), pickFrom(ends, random)]);
  }
  if (roll < 0.35) return pickFrom(seedSentences[wish], random);
  const { verbs, gerunds, participles, objects, tails, alone, leads } = grammar[wish];
  const { plain, modal, gerund, passive } = grammar.openers;
  if (roll < 0.46) return join([pickFrom(alone, random), random() < 0.25 ? pickFrom(tails, random) : '']);
  if (roll < 0.5) {
    const plea = pickFrom(['please', '', 'so please', 'kindly', 'now', 'then'], random);
    const rest = join([plea, pickFrom(verbs, random), pickFrom(['it', 'that', 'this', 'it', ''], random)]);
    return `${pickFrom(leads, random)}, ${join([rest, pickFrom(tails, random)])}`;
  }
  if (roll < 0.54) {
    const mind = join([pickFrom(gerund, random), pickFrom(gerunds, random), pickFrom(objects, random)]);
    return (
      `${mind} ${pickFrom(tails, random)}`.trim() + (/^(would|do|how|any)/.test(mind) && random() < 0.7 ? '?' : '')
    );
  }
  if (roll < 0.64) {
    return join([pickFrom(passive, random), pickFrom(participles, random), pickFrom(tails, random)]);
  }
  const rest = [pickFrom(verbs, random), pickFrom(objects, random), pickFrom(tails, random)];
  if (roll < 0.75) return `${join([pickFrom(modal, random), ...rest])}${random() < 0.6 ? '?' : ''}`;
  return join([pickFrom(plain, random), ...rest]);
}

/** Share of orders not to do a thing, and of tales of what was done, among what is for somebody who understands. */
const holdShare = 0.45;

function drawHold(random: Random): string {
  const roll = random();
  const side = random() < 0.65 ? grammar.run : grammar.keep;
  const { alone, forbids, subjects, laters, passives, tails } = holdGrammar;
  const object = pickFrom(side.objects, random);
  const verb = pickFrom(side.verbs, random);
  const tail = pickFrom(tails, random);
  if (roll < 0.22) return pickFrom(alone, random);
  if (roll < 0.5) {
    const opener = random() < 0.25 ? pickFrom(grammar.openers.plain, random) : '';
    return join([opener, pickFrom(forbids, random), verb, object, tail]);
  }
  if (roll < 0.6) return join([pickFrom(holdGrammar.against, random), pickFrom(side.gerunds, random), object, tail]);
  const participle = pickFrom(side.participles, random);
  if (roll < 0.74) return join([pickFrom(subjects, random), participle, object, pickFrom(holdGrammar.times, random)]);
  if (roll < 0.87) return join([pickFrom(passives, random), participle, pickFrom(holdGrammar.times, random)]);
  return join([pickFrom(laters, random), verb, object, tail]);
}

/** Words before and behind a payload in the middle of a sentence: "could you run", "for me please?". */
export function drawAround(wish: 'run' | 'keep' | 'ask', random: Random): readonly [string, string] {
  if (wish === 'ask') {
    const pair = pickFrom(grammar.ask.around, random).split(' .. ');
    return [pair[0] as string, pair[1] ?? '?'];
  }
  const { verbs, tails } = grammar[wish];
  const isQuestion = random() < 0.4;
  const opener = pickFrom(isQuestion ? grammar.openers.modal : grammar.openers.plain, random);
  const tail = pickFrom(tails, random) || pickFrom(['please', 'for me', 'for us', 'now', 'thanks'], random);
  return [join([opener, pickFrom(verbs, random)]), `${tail}${isQuestion && random() < 0.7 ? '?' : ''}`];
}

/** Words around an instruction that want nothing: a greeting, a reason, thanks. */
export function drawNeutral(place: keyof typeof neutral, random: Random): string {
  return pickFrom(neutral[place], random);
}

function join(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
