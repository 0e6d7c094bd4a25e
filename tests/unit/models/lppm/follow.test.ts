import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { escalateStep, type DialogueTurn, type LppmExample } from '../../../../models/lppm/example.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';

const member = { hidden: 16, learningRate: 0.1, inputDropout: 0.3, hiddenDropout: 0.1 };
const parameters = { members: [member], steps: 4000, mostFeatures: 2000, smoothing: 0.05 };
const questions = ['Which venue?', 'Whose name?', 'Which day?', 'How many guests?'];
const say = (text: string): DialogueTurn => ({ speaker: 'user', text, step: null, values: null });

/** Agents skip questions at random, the second most often: after the first they mostly ask the third. */
function log(conversations: number, seed: number): LppmExample[] {
  const random = seededRandom(seed);
  return Array.from({ length: conversations }, (_, number) => {
    const turns: DialogueTurn[] = [];
    return [...questions.filter((_, place) => random() > (place === 1 ? 0.8 : 0.2)), 'call'].map(
      (step): LppmExample => {
        turns.push(say(['yes', 'fine', 'here it is', 'well then'][Math.floor(random() * 4)] as string));
        const input = { turns: [...turns] };
        const isCall = step === 'call';
        turns.push({ speaker: isCall ? 'action' : 'agent', text: isCall ? 'party.book' : step, step, values: null });
        return {
          input,
          process: 'party.book',
          step,
          conversation: `c${number}`,
          action: isCall ? { kind: 'call', tool: 'party.book', arguments: {} } : { kind: 'reply', text: step },
        };
      },
    );
  }).flat();
}

describe('a mapper that follows the order of a script', () => {
  const train = log(120, 1);
  const plain = new LppmModel({ parameters });
  const follower = new LppmModel({ parameters });
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'follow-'));
    await plain.fit(train, { seed: 1, folds: 3 });
    await follower.fit(train, { seed: 1, folds: 3, followsOrder: true });
  });
  afterAll(async () => {
    await plain.dispose();
    await follower.dispose();
    await rm(folder, { recursive: true });
  });
  const after = (step: string) => ({
    turns: [say('hello'), { speaker: 'agent' as const, text: step, step, values: null }, say('fine')],
  });

  it('asks the next question, and is surer of it than nets alone, which only know what agents happened to do', async () => {
    expect([plain.followsOrder, follower.followsOrder]).toEqual([false, true]);
    for (const [place, step] of questions.slice(0, -1).entries()) {
      const [own] = await follower.predict([after(step)]);
      const [nets] = await plain.predict([after(step)]);
      if (place === 0) expect(nets?.step).toBe(questions[2]);
      expect(own?.step).toBe(questions[place + 1]);
      expect(own?.action).toEqual({ kind: 'reply', text: questions[place + 1] });
      expect(own?.confidence).toBeGreaterThan((nets?.confidence ?? 1) + 0.1);
    }
  });

  it('counts the next question as right beside another step, but not where the agent left the script', () => {
    const taken = (step: string): LppmExample => ({
      input: after('Which venue?'),
      process: 'party.book',
      step,
      action: step === escalateStep ? { kind: 'escalate' } : { kind: 'reply', text: step },
      conversation: 'new',
    });
    expect(follower.allows(taken('Which day?'), 'Whose name?')).toBe(true);
    expect(follower.allows(taken('Which day?'), 'How many guests?')).toBe(false);
    expect(follower.allows(taken(escalateStep), 'Whose name?')).toBe(false);
    expect(plain.allows(taken('Which day?'), 'Whose name?')).toBe(false);
  });

  it('answers the same after it is loaded again', async () => {
    await follower.save(folder);
    const loaded = new LppmModel();
    await loaded.load(folder);
    expect(await loaded.predict([after('Whose name?')])).toEqual(await follower.predict([after('Whose name?')]));
    expect(loaded.followsOrder).toBe(true);
    await loaded.dispose();
  });
});
