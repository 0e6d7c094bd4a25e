import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { escalateStep, type DialogueTurn, type LppmExample } from '../../../../models/lppm/example.ts';
import { phasesOf, runsOf } from '../../../../models/lppm/following/runs.ts';
import { ScriptOrder } from '../../../../models/lppm/following/script-order.ts';

const questions = ['ask_venue', 'ask_name', 'ask_day', 'ask_guests'];
const user: DialogueTurn = { speaker: 'user', text: 'yes', step: null, values: null };
const agent = (step: string | null): DialogueTurn => ({ speaker: 'agent', text: step ?? 'Well.', step, values: null });
const call: DialogueTurn = { speaker: 'action', text: 'book', step: 'call', values: {} };
const result: DialogueTurn = { speaker: 'result', text: '{}', step: null, values: null };

/** One conversation as rows: `steps` in their order, a `call` with its result before the step that follows it. */
function conversation(name: string, steps: readonly string[]): LppmExample[] {
  const turns: DialogueTurn[] = [];
  return steps.map((step) => {
    const isAfterCall = turns.at(-1)?.speaker === 'action';
    turns.push(isAfterCall ? result : user);
    const input = { turns: [...turns] };
    turns.push(step === 'call' ? call : agent(step));
    const action =
      step === 'call'
        ? ({ kind: 'call', tool: 'book', arguments: {} } as const)
        : step === escalateStep
          ? ({ kind: 'escalate' } as const)
          : ({ kind: 'reply', text: step } as const);
    return { input, process: 'party', step, action, conversation: name };
  });
}

/** Agents skip a third of the questions, swap neighbours now and then, and sometimes say what is no step. */
function log(conversations: number, seed: number): LppmExample[] {
  const random = seededRandom(seed);
  return Array.from({ length: conversations }, (_, number) => {
    const asked = questions.filter(() => random() > 0.33);
    if (random() < 0.15 && asked.length > 1) asked.splice(0, 2, asked[1] as string, asked[0] as string);
    if (random() < 0.1) asked.splice(1, 0, escalateStep);
    if (number === 3) asked.push('ask_drinks');
    return conversation(`c${number}`, [...asked, 'call', 'told', 'anything_else', 'goodbye']);
  }).flat();
}

describe('phasesOf', () => {
  it('tells questions from leave-taking, and leaves out slips and what tells a result', () => {
    const runs = runsOf(log(30, 1)).get('party') ?? [];
    expect(runs).toHaveLength(30);
    expect(phasesOf(runs)).toEqual({ gathering: questions.toSorted(), closing: ['anything_else', 'goodbye'] });
  });
});

describe('ScriptOrder', () => {
  const order = ScriptOrder.learn(log(30, 1), 1);
  const next = (turns: readonly DialogueTurn[], process: string | null = 'party'): (string | undefined)[] =>
    order.next(process, turns).map(({ step }) => step);

  it('recovers the order of questions that agents skip and swap', () => {
    expect(order.processes.party?.gathering.steps).toEqual(questions);
    expect(order.processes.party?.closing.steps).toEqual(['anything_else', 'goodbye']);
    for (const trust of order.processes.party?.gathering.trust ?? []) expect(trust).toBeGreaterThan(0.5);
  });

  it('trusts an order less where agents do not keep one', () => {
    const random = seededRandom(4);
    const loose = Array.from({ length: 30 }, (_, number) =>
      conversation(`c${number}`, [...questions.toSorted(() => random() - 0.5), 'call']),
    ).flat();
    const trust = ScriptOrder.learn(loose, 1).processes.party?.gathering.trust ?? [];
    expect(Math.min(...trust)).toBeLessThan(0.7);
  });

  it('says what is next at the start, between questions, after a result, and when taking leave', () => {
    expect(next([user])).toEqual(['ask_venue', 'ask_name']);
    expect(next([user, agent('ask_name'), user])).toEqual(['ask_day']);
    expect(next([user, call, result, agent(null), user])).toEqual(['anything_else']);
    expect(next([user, agent('anything_else'), user])).toEqual(['goodbye']);
  });

  it('says nothing where it cannot know', () => {
    expect(next([user, agent('ask_guests'), user])).toEqual([]);
    expect(next([user, agent('ask_day'), user, agent('ask_name'), user])).toEqual([]);
    expect(next([user, agent(null), user])).toEqual([]);
    expect(next([user, call, result])).toEqual([]);
    expect(next([user], null)).toEqual([]);
    expect(next([user], 'unknown')).toEqual([]);
    expect(ScriptOrder.learn(log(3, 1), 1).processes).toEqual({});
  });

  it('allows the next question beside another step of the script, as often as the order is sure', () => {
    const turns = [user, agent('ask_name'), user];
    const { trust } = order.next('party', turns)[0] as { trust: number };
    expect(order.allows('party', turns, 'ask_day', 'call', trust - 0.01)).toBe(true);
    expect(order.allows('party', turns, 'ask_day', 'call', trust)).toBe(false);
    expect(order.allows('party', turns, 'ask_guests', 'call', 0)).toBe(false);
  });

  it('takes leave only where the agent did', () => {
    const turns = [user, call, result, agent(null), user];
    expect(order.allows('party', turns, 'anything_else', 'goodbye', 0)).toBe(true);
    expect(order.allows('party', turns, 'anything_else', 'call', 0)).toBe(false);
  });

  it('gives the same order for the same seed', () => {
    expect(ScriptOrder.learn(log(30, 1), 5)).toEqual(ScriptOrder.learn(log(30, 1), 5));
  });
});
