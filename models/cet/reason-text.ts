import type { SignalShare } from './ranker.ts';

/** Less than this, in log-odds, is not worth a word. */
const least = 0.2;
/** Signals that are named for a piece, and against it. */
const mostNamed = { for: 3, against: 2 } as const;

/** `for it: words shared +2.1, speaker +0.6; against it: length -0.4`; empty where nothing stands out. */
export function reasonText(shares: readonly SignalShare[]): string {
  const side = (name: keyof typeof mostNamed, sign: number): string[] => {
    const own = shares
      .filter(({ weight }) => sign * weight >= least)
      .toSorted((a, b) => sign * (b.weight - a.weight))
      .slice(0, mostNamed[name])
      .map(({ what, weight }) => `${what} ${weight > 0 ? '+' : ''}${weight.toFixed(1)}`);
    return own.length === 0 ? [] : [`${name} it: ${own.join(', ')}`];
  };
  return [...side('for', 1), ...side('against', -1)].join('; ');
}
