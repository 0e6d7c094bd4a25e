import type { Candidate } from '../../engine/core/candidate-source.ts';
import { seededRandom } from '../../engine/core/random.ts';
import type { CetExample } from '../../models/cet/example.ts';

const things = 'kayak violin greenhouse telescope bakery tractor aquarium tapestry glider quarry'.split(' ');
const places = 'Oslo Lima Kyoto Tunis Quebec Bergen Porto Hanoi Galway Tartu'.split(' ');
const chat = [
  'How was your weekend?',
  'It rained all day here.',
  'I slept until noon, lovely.',
  'Did you see the game?',
  'My phone is nearly empty.',
  'Let us talk later today.',
];

/**
 * Small written conversations of two friends: in each, some things were bought in some places among chatter, and the
 * questions ask where. The answer stands in the turn after the one that names the thing.
 */
export function contextDesk(seed: number, conversations: number, turns = 30): CetExample[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const examples: CetExample[] = [];
  for (let number = 0; number < conversations; number += 1) {
    const conversation = `talk-${number}`;
    const texts = Array.from({ length: turns }, () => pick(chat));
    const asked: { thing: string; at: number }[] = [];
    for (const at of [4, 12, 20]) {
      const thing = pick(things.filter((one) => !asked.some((other) => other.thing === one)));
      texts[at] = `Where did you find the ${thing}?`;
      texts[at + 1] = `At a small shop in ${pick(places)}, for ${10 + Math.floor(random() * 90)} euros.`;
      asked.push({ thing, at: at + 1 });
    }
    const candidates = texts.map((text, at): Candidate => {
      const speaker = at % 2 === 0 ? 'Ben' : 'Anna';
      return {
        id: `${conversation}-${at}`,
        text,
        kind: 'turn',
        speaker,
        time: at * 60_000,
        tokens: text.split(' ').length,
      };
    });
    for (const { thing, at } of asked) {
      const input = { query: `Where did Anna buy the ${thing}?`, candidates };
      examples.push({ input, evidence: [`${conversation}-${at}`], conversation });
    }
  }
  return examples;
}

/** Sizes that learn the desk in about a second. */
export const smallContext = {
  vocabulary: 200,
  encoderLength: 24,
  encoderWidth: 16,
  encoderSteps: 20,
  screenHidden: 8,
  screenEpochs: 8,
  window: 16,
  attended: 8,
  scorerHidden: 8,
  scorerWidth: 16,
  scorerEpochs: 4,
} as const;
