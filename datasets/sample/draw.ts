import type { Random } from '../../engine/core/clock.ts';
import { seededRandom } from '../../engine/core/random.ts';
import { vocabulary } from './vocabulary.ts';

/** All chance of the generator: the same seed draws the same things in the same order. */
export class Draw {
  readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T;
  }

  /** A whole number in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** Up to `count` different items. */
  some<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(Math.floor(this.random() * left.length), 1));
    }
    return taken;
  }

  list<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  /** Lower-case hexadecimal digits. */
  hex(length: number): string {
    return this.list(length, () => this.int(0, 15).toString(16)).join('');
  }

  /**
   * Expands a template: `«a¦b¦»` is one of its alternatives (they nest), `‹name›` a given value, else a word of that
   * list of the vocabulary, expanded in turn; `‹#40›` is a number from 1 to 40. The marks occur in no command, code or
   * data, so that a template may hold any of these.
   */
  phrase(template: string, values: Readonly<Record<string, string>> = {}): string {
    const chosen = this.#choose(template, 0, '').text;
    return chosen.replace(/‹([^›]+)›/g, (_, name: string) => {
      const given = values[name];
      if (given !== undefined) return given;
      if (name.startsWith('#')) return String(this.int(1, Number(name.slice(1))));
      const words = vocabulary[name];
      if (words === undefined) throw new Error(`no word list is called "${name}"`);
      return this.phrase(this.pick(words), values);
    });
  }

  /** Reads up to one of `stops` at this level; picks one alternative in each «...». */
  #choose(template: string, from: number, stops: string): { text: string; end: number } {
    let text = '';
    let at = from;
    while (at < template.length) {
      const sign = template[at] as string;
      if (stops.includes(sign)) break;
      if (sign !== '«') {
        text += sign;
        at += 1;
        continue;
      }
      const alternatives: string[] = [];
      do {
        const inner = this.#choose(template, at + 1, '¦»');
        alternatives.push(inner.text);
        at = inner.end;
      } while (template[at] === '¦');
      at += 1;
      text += this.pick(alternatives);
    }
    return { text, end: at };
  }
}
