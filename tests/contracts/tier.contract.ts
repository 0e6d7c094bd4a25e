import { describe, expect, it } from 'vitest';
import type { Turn } from '../../engine/core/turn.ts';
import type { Tier } from '../../engine/tiers/tier.ts';

/** What every tier promises, whatever it thinks of the turns. */
export function describeTier(make: () => Tier | Promise<Tier>, turns: readonly Turn[]): void {
  describe('keeps the tier contract', () => {
    it('has turns to be tried with', () => {
      expect(turns.length).toBeGreaterThan(0);
    });

    it('settles or passes every turn, in its own name, with a reason', async () => {
      const tier = await make();
      for (const turn of turns) {
        const verdict = await tier.consider(turn);
        expect(verdict.tier).toBe(tier.name);
        expect(verdict.reason).not.toBe('');
        expect(verdict.propensity).toBeGreaterThan(0);
        expect(verdict.propensity).toBeLessThanOrEqual(1);
        if (verdict.confidence !== null) {
          expect(verdict.confidence).toBeGreaterThanOrEqual(0);
          expect(verdict.confidence).toBeLessThanOrEqual(1);
        }
      }
    });

    it('settles nothing below its threshold', async () => {
      const tier = await make();
      for (const turn of turns) {
        const verdict = await tier.consider(turn);
        if (verdict.settled && verdict.confidence !== null) {
          expect(verdict.confidence).toBeGreaterThanOrEqual(verdict.threshold ?? Number.POSITIVE_INFINITY);
        }
      }
    });

    it('proposes only tools that the turn offers', async () => {
      const tier = await make();
      for (const turn of turns) {
        for (const tools of [turn.tools, []]) {
          const verdict = await tier.consider({ ...turn, tools });
          if (!verdict.settled || verdict.outcome.kind !== 'tool-call') continue;
          expect(tools.map((tool) => tool.name)).toContain(verdict.outcome.name);
        }
      }
    });

    it('gives the same verdict on the same turn, and leaves the turn as it is', async () => {
      const tier = await make();
      for (const turn of turns) {
        const before = structuredClone({ ...turn, signal: undefined, onDelta: undefined });
        const [one, two] = [await tier.consider(turn), await tier.consider(turn)];
        expect(two).toEqual(one);
        expect({ ...turn, signal: undefined, onDelta: undefined }).toEqual(before);
      }
    });
  });
}
