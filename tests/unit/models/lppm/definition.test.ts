import { describe, expect, it } from 'vitest';
import type { DefinedProcess } from '../../../../models/lppm/definitions/defined-process.ts';
import { DefinitionFollower, type DefinedExample } from '../../../../models/lppm/definitions/definition.ts';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';

function made(name: string, slots: readonly string[]): DefinedProcess {
  const steps = ['hello', ...slots.map((slot) => `${name}_ask_${slot}`), 'query', `${name}_inform_done`];
  const graph = Object.fromEntries(steps.slice(0, -1).map((step, index) => [step, steps[index + 1] as string]));
  const replies = Object.fromEntries(steps.map((step) => [step, step.replaceAll('_', ' ')]));
  return { name, replies, graph };
}

function walk(process: DefinedProcess): DefinedExample[] {
  const examples: DefinedExample[] = [];
  const turns: DialogueTurn[] = [{ speaker: 'user', text: 'hi there', step: null, values: null }];
  for (let step: string | undefined = 'hello'; step !== undefined; step = process.graph[step]) {
    examples.push({ input: { turns: [...turns] }, process, step });
    if (step === 'query') {
      turns.push({ speaker: 'action', text: 'api', step, values: {} });
      turns.push({ speaker: 'result', text: '', step: null, values: { message: 'ok' } });
    } else {
      turns.push({ speaker: 'agent', text: step, step, values: null });
      turns.push({ speaker: 'user', text: 'here you are', step: null, values: null });
    }
  }
  return examples;
}

describe('DefinitionFollower', () => {
  const seen = [made('ride', ['from', 'to']), made('bank', ['pin', 'code', 'name']), made('hotel', ['day'])];
  const follower = DefinitionFollower.learn(Array.from({ length: 20 }, () => seen.flatMap(walk)).flat(), 1);

  it('follows a process that it never saw, from its definition', () => {
    const unseen = made('museum', ['hall', 'hour']);
    for (const { input, step } of walk(unseen)) expect(follower.follow(input, unseen)[0]?.step).toBe(step);
  });

  it('gives probabilities over the steps and leaving the script', () => {
    const unseen = made('museum', ['hall']);
    const steps = follower.follow({ turns: [] }, unseen);
    expect(steps.map(({ step }) => step).sort()).toEqual([...Object.keys(unseen.replies), 'escalate'].sort());
    expect(steps.reduce((sum, { confidence }) => sum + confidence, 0)).toBeCloseTo(1, 6);
  });

  it('ends on a definition with a cycle, and on one without steps', () => {
    const cycle = {
      name: 'loop',
      replies: { a_ask_x: 'x', b_ask_y: 'y' },
      graph: { a_ask_x: 'b_ask_y', b_ask_y: 'a_ask_x' },
    };
    expect(follower.follow({ turns: [] }, cycle).length).toBe(4);
    expect(follower.follow({ turns: [] }, { name: 'none', replies: {}, graph: {} }).length).toBe(2);
  });
});
