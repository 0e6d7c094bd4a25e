import { describe, expect, it } from 'vitest';
import { silent } from '../../../../engine/core/progress.ts';
import { mineProcesses } from '../../../../training/mining/mine.ts';

describe('mineProcesses', () => {
  it('says what is missing in an empty log', async () => {
    const mining = await mineProcesses([], { seed: 1, progress: silent });
    expect(mining.processes).toEqual([]);
    expect(mining.notices[0]).toMatch(/import more/);
  });
});
