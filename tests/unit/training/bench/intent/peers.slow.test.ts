import { describe, expect, it } from 'vitest';
import { intentPeers } from '../../../../../training/bench/intent/peers.ts';
import type { BenchOptions } from '../../../../../training/bench/report.ts';

const words = { weather: ['rain', 'sunny', 'forecast'], music: ['song', 'album', 'band'] };

function rows(count: number): { text: string; label: keyof typeof words }[] {
  return Array.from({ length: count }, (_, row) => {
    const label = row % 2 === 0 ? 'weather' : 'music';
    return { text: `${words[label][row % 3]} ${words[label][(row >> 1) % 3]} ${row}`, label };
  });
}

describe('intentPeers', () => {
  it('measures each package that is installed, and tells of the others in one line', async () => {
    const lines: string[] = [];
    const options: BenchOptions = {
      train: [],
      val: [],
      test: [],
      processes: [],
      seeds: [1],
      alpha: 0.05,
      delta: 0.1,
      progress: ({ note }) => lines.push(note ?? ''),
    };
    const data = { train: rows(120), val: rows(20), strangers: [], tests: [] };
    const figures = await intentPeers(data, rows(30), options);
    const packages = [
      ['scikit-learn', ['LinearSVC', 'logisticRegression']],
      ['fastText', ['fastText']],
    ] as const;
    for (const [name, peers] of packages) {
      const told = lines.filter((line) => line.startsWith(`${name} is left out: `));
      for (const peer of peers) {
        if (told.length === 1) expect(figures).not.toHaveProperty(peer);
        else expect((figures[peer] as { accuracy: number }).accuracy).toBeGreaterThan(0.9);
      }
    }
  });
});
