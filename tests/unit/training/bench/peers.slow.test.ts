import { describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../../datasets/sample/base-corpus.ts';
import { peersHere } from '../../../../training/bench/peers/peers.ts';
import type { TrafficRow } from '../../../../training/bench/traffic/data.ts';

const rowsOf = (seed: number, rows: number): TrafficRow[] =>
  baseCorpus(seed, { rows }).map((row) => ({ ...row, slice: 'in_distribution' }));

describe('peers of the tree router', async () => {
  const { peers, missing } = await peersHere();

  it('are four, or a line says which is missing', () => {
    expect(peers.length + missing.length).toBe(4);
    for (const line of missing) expect(line).toMatch(/apt install/);
  });

  it.each(peers.map((peer) => [peer.name, peer] as const))(
    '%s learns, answers every row and says what it cost',
    async (_name, peer) => {
      const test = rowsOf(2, 150);
      const { calls, trainSeconds, usPerMessage } = await peer.run(rowsOf(1, 300), test, 1);
      expect(calls.map(({ row }) => row)).toEqual(test);
      expect(calls.filter((call) => call.class === call.row.class).length / test.length).toBeGreaterThan(0.6);
      expect(trainSeconds).toBeGreaterThan(0);
      expect(usPerMessage).toBeGreaterThanOrEqual(0);
    },
    60_000,
  );
});
