import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleProcesses } from '../../../../datasets/sample/processes/scenarios.ts';
import { DefinedProcesses } from '../../../../models/lppm/definitions/defined.ts';
import { definedProcessOf, type DefinedProcess } from '../../../../models/lppm/definitions/defined-process.ts';
import type { DialogueTurn, LppmExample } from '../../../../models/lppm/example.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';

const wishes: Readonly<Record<string, string>> = {
  ride: 'I need a ride to the station',
  bank: 'what is on my bank account',
  hotel: 'find me a hotel room',
  museum: 'tickets for the museum please',
};

function made(name: string, slots: readonly string[]): DefinedProcess {
  const steps = ['hello', ...slots.map((slot) => `${name}_ask_${slot}`), 'query', `${name}_inform_done`];
  const graph = Object.fromEntries(steps.slice(0, -1).map((step, index) => [step, steps[index + 1] as string]));
  const replies = Object.fromEntries(steps.map((step) => [step, `${step.replaceAll('_', ' ')}, please`]));
  return { name, replies, graph, description: wishes[name] ?? name };
}

const definitions = [
  made('ride', ['from', 'to']),
  made('bank', ['pin', 'code', 'name']),
  made('hotel', ['day']),
  made('museum', ['hall', 'hour']),
];

function user(text: string): DialogueTurn {
  return { speaker: 'user', text, step: null, values: null };
}

function walk(process: DefinedProcess, number: number): LppmExample[] {
  const examples: LppmExample[] = [];
  const turns = [user(wishes[process.name] as string)];
  for (let step: string | undefined = 'hello'; step !== undefined; step = process.graph[step]) {
    const text = process.replies[step] as string;
    const action =
      step === 'query'
        ? ({ kind: 'call', tool: process.name, arguments: {} } as const)
        : ({ kind: 'reply', text } as const);
    const conversation = `${process.name}-${number}`;
    examples.push({ input: { turns: [...turns] }, process: process.name, step, action, conversation });
    if (step === 'query') {
      turns.push({ speaker: 'action', text: process.name, step, values: {} });
      turns.push({ speaker: 'result', text: '', step: null, values: { message: 'ok' } });
    } else turns.push({ speaker: 'agent', text, step, values: null }, user('here you are'));
  }
  return examples;
}

const seen = definitions.slice(0, 3);
const museum = definitions[3] as DefinedProcess;
const examples = Array.from({ length: 20 }, (_, number) => seen.flatMap((process) => walk(process, number))).flat();

describe('DefinedProcesses', () => {
  const learned = DefinedProcesses.learn(definitions, examples, 1) as DefinedProcesses;

  it('recognises a process that was never seen by its words, and follows it', () => {
    for (const { input, step } of walk(museum, 0)) {
      const answer = learned.answer(input);
      expect(answer).toMatchObject({ process: 'museum', step });
      // nothing says which values its call takes: up, with the plan
      expect(answer?.action.kind).toBe(step === 'query' ? 'escalate' : 'reply');
    }
  });

  it('knows where a dialogue stands by the replies of the definition alone', () => {
    const turns = [
      user('tickets for the museum'),
      { speaker: 'agent', text: 'museum ask HALL, please', step: null, values: null } as const,
      user('the red one'),
    ];
    expect(learned.answer({ turns })?.step).toBe('museum_ask_hour');
  });

  it('leaves processes to the nets that they know, and words to the LLM that no definition has', () => {
    expect(learned.answer({ turns: [user(wishes.ride as string)] })).toBeNull();
    expect(learned.answer({ turns: [user('tell me a joke')] })).toBeNull();
    expect(learned.answer({ turns: [] })).toBeNull();
  });

  it('says nothing where too little was seen to learn following', () => {
    expect(DefinedProcesses.learn(definitions, examples.slice(0, 20), 1)).toBeNull();
    expect(DefinedProcesses.learn([museum], examples, 1)).toBeNull();
  });

  it('bears definitions without steps, with a circle and with nothing in common', () => {
    const odd: DefinedProcess[] = [
      { name: 'empty', replies: {}, graph: {} },
      { name: 'circle', replies: { ask_a: 'a', ask_b: 'b' }, graph: { ask_a: 'ask_b', ask_b: 'ask_a' } },
    ];
    const bearing = DefinedProcesses.learn([...definitions, ...odd], examples, 1) as DefinedProcesses;
    expect(bearing.answer(walk(museum, 0)[0]!.input)).toMatchObject({ process: 'museum', step: 'hello' });
    expect(bearing.answer({ turns: [user('circle circle')] })?.confidence ?? 0).toBeLessThan(1);
  });
});

describe('LppmModel with definitions', () => {
  const model = new LppmModel();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'defined-'));
    await model.fit(examples, { seed: 1, definitions });
  });
  afterAll(async () => {
    await model.dispose();
    await rm(folder, { recursive: true });
  });

  it('answers both kinds of processes, also after saving and loading', async () => {
    await model.save(folder);
    const loaded = new LppmModel();
    await loaded.load(folder);
    const inputs = [...walk(museum, 0), ...walk(definitions[0] as DefinedProcess, 99)].map(({ input }) => input);
    const answers = await loaded.predict(inputs);
    expect(answers).toEqual(await model.predict(inputs));
    expect(answers.map(({ process }) => process)).toEqual(
      inputs.map((_, row) => (row < walk(museum, 0).length ? 'museum' : 'ride')),
    );
    await loaded.dispose();
  });
});

describe('definedProcessOf', () => {
  it('reads every process of the sample desk: questions, calls and the way between them', () => {
    for (const process of sampleProcesses()) {
      const defined = definedProcessOf(process);
      const tools = process.steps.flatMap((step) => (step.kind === 'call' ? [step.tool] : []));
      expect(defined.tools).toEqual(tools);
      expect(Object.keys(defined.replies)).toHaveLength(process.steps.length);
      for (const [from, to] of Object.entries(defined.graph)) {
        expect(defined.replies).toHaveProperty([from]);
        expect(defined.replies).toHaveProperty([to]);
      }
    }
  });
});
