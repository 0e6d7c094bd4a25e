import { describe, expect, it } from 'vitest';
import { dialogueText, processPeers } from '../../../../../training/bench/process/peers.ts';
import { processDesk } from '../../../../support/process-desk.ts';

const rowsOf = (seed: number, conversations: number) =>
  processDesk(seed, conversations).map((example) => ({ ...example, previousStep: null }));

describe('dialogueText', () => {
  it('tells the last turn plainly, earlier ones and our moves with a mark that stays one word', () => {
    const turns = [
      { speaker: 'user', text: 'Two tables', step: null, values: null },
      { speaker: 'agent', text: 'When?', step: 'ask_when_2', values: null },
      { speaker: 'user', text: 'at 5', step: null, values: null },
    ] as const;
    expect(dialogueText({ turns })).toBe('spokeuser didxbxaskxwhenxc at 5 beforexbxtwo beforexbxtables');
    expect(dialogueText({ turns: [] })).toBe('');
  });
});

describe('processPeers', () => {
  it('learns the same rows with public packages, or says which are not here', async () => {
    const missing: string[] = [];
    const options = {
      train: [],
      val: [],
      test: [],
      processes: [],
      seeds: [1],
      alpha: 0.1,
      delta: 0.1,
      progress: ({ note }: { readonly note?: string }) => void missing.push(note ?? ''),
    };
    const peers = await processPeers(rowsOf(1, 60), rowsOf(2, 20), rowsOf(3, 20), 0.3, options);
    expect(Object.keys(peers).length === 3 || missing.some((line) => line.includes('is left out'))).toBe(true);
    for (const figures of Object.values(peers)) expect((figures as { accuracy: number }).accuracy).toBeGreaterThan(0.6);
  });
});
