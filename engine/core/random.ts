import type { Random } from './clock.ts';

/**
 * mulberry32: 32 bits of state, passes gjrand's small tests; enough for shuffles and initial weights, not for secrets.
 * Source: Tommy Ettinger's public-domain mulberry32 (2017).
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Fisher-Yates, in place; returns the same array. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const held = items[last] as T;
    items[last] = items[other] as T;
    items[other] = held;
  }
  return items;
}

/** A standard normal number (Box-Muller). */
export function normal(random: Random): number {
  let uniform = 0;
  while (uniform === 0) uniform = random();
  return Math.sqrt(-2 * Math.log(uniform)) * Math.cos(2 * Math.PI * random());
}
