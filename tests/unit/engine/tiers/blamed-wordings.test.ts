import { describe, expect, it } from 'vitest';
import type { Outcome, Verdict } from '../../../../engine/core/decision.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { BlamedWordings, type BlamedWording } from '../../../../engine/tiers/blamed-wordings.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import { messageFixture } from '../../../support/log-fixture.ts';

const role = 'desk';
const call = (command: string): Outcome => ({ kind: 'tool-call', name: 'shell.run', arguments: { command } });
const said = (author: 'user' | 'assistant', text: string) =>
  messageFixture(`${author} ${text}`, {
    author,
    parts: [{ kind: 'text', text, provenance: author === 'user' ? 'caller' : 'model' }],
  });
const turn = (text: string, before?: string): Turn => ({
  message: said('user', text),
  history: before === undefined ? [] : [said('assistant', before)],
  role,
  tools: [],
});
const does = (outcome: Outcome): Tier => ({
  name: 'dtr',
  consider: (): Promise<Verdict> =>
    Promise.resolve({
      settled: true,
      tier: 'dtr',
      outcome,
      label: 'l',
      confidence: 1,
      threshold: 0.9,
      reason: 'sure',
      model: 'm',
      evidence: [],
      propensity: 1,
    }),
});
const wording: BlamedWording = { role, text: 'docker logs -f web', before: null, outcome: call('docker logs -f web') };
const blamed = new BlamedWordings();
blamed.load(role, [wording]);
const consider = (of: Turn, outcome = call('docker logs -f web'), as = role) =>
  blamed.around(as, does(outcome)).consider(of);

describe('BlamedWordings', () => {
  it('sends the same words up that were answered wrongly, with what would have been done', async () => {
    expect(await consider(turn('  Docker logs -f web. '))).toMatchObject({
      settled: false,
      proposal: call('docker logs -f web'),
      reason: 'a person called this answer to these words wrong',
    });
  });

  it.each([
    ['other words', turn('docker logs -f api'), undefined, role],
    ['the same words as an answer to something', turn('docker logs -f web', 'Which command?'), undefined, role],
    ['another deed', turn('docker logs -f web'), call('docker logs web'), role],
    ['another role', turn('docker logs -f web'), undefined, 'pm'],
  ])('leaves %s alone', async (_, of, outcome, as) => {
    expect((await consider(of, outcome, as)).settled).toBe(true);
  });

  it('knows one answer from another by what it answers, and forgets what was taken back', async () => {
    const own = new BlamedWordings();
    own.load('desk 2', [{ ...wording, role: 'desk 2' }]);
    own.load(role, [{ ...wording, before: { author: 'assistant', text: 'Which command?' } }]);
    const asked = (as: string, of: Turn) => own.around(as, does(call('docker logs -f web'))).consider(of);
    expect((await asked(role, turn('docker logs -f web', 'Which command?'))).settled).toBe(false);
    expect((await asked(role, turn('docker logs -f web'))).settled).toBe(true);
    own.load(role, []);
    expect((await asked(role, turn('docker logs -f web', 'Which command?'))).settled).toBe(true);
    expect((await asked('desk 2', turn('docker logs -f web'))).settled).toBe(false);
  });

  it('heeds what other servers heard, by hashes that do not show the words', async () => {
    const here = new BlamedWordings();
    here.heed([{}, blamed.hashes()]);
    const asked = () => here.around(role, does(call('docker logs -f web'))).consider(turn('docker logs -f web'));
    expect((await asked()).settled).toBe(false);
    expect(here.hashes()).toEqual({});
    expect(JSON.stringify(blamed.hashes())).not.toContain('docker');
    here.load(role, []);
    expect((await asked()).settled).toBe(false);
    here.heed([]);
    expect((await asked()).settled).toBe(true);
  });
});
