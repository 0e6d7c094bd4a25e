import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../../../../../engine/core/progress.ts';
import { benchProcess } from '../../../../../training/bench/process/process.ts';
import type { LppmPrediction } from '../../../../../models/lppm/prediction.ts';
import { coverageFigures } from '../../../../../training/bench/coverage.ts';
import { fileOf } from '../../../../../training/bench/process/data.ts';
import { allowedSteps } from '../../../../../training/bench/process/script.ts';
import { stateFigures } from '../../../../../training/bench/process/state.ts';
import type { BenchOptions } from '../../../../../training/bench/report.ts';

const graphs = {
  weather: ['hello', 'weather_ask_day', 'query', 'weather_inform'],
  bank: ['hello', 'bank_ask_pin', 'query', 'bank_inform'],
} as const;
const openings = { weather: 'what will the sky look like', bank: 'how much money do I have' };

/** One conversation along the happy path; every fifth ends in free words. */
function conversation(process: keyof typeof graphs, number: number, split: string): object[] {
  const day = ['Monday', 'Friday', 'Sunday'][number % 3] as string;
  const base = { conversation_id: `${split}-${process}-${number}`, process, split };
  const agent = (step: string): object => ({
    ...base,
    speaker: 'agent',
    text: `${step} please`,
    step,
    action: null,
    values: null,
  });
  const user = (text: string): object => ({ ...base, speaker: 'user', text, step: null, action: null, values: null });
  const [hello, ask, query, inform] = graphs[process];
  return [
    user('hello there'),
    agent(hello),
    user(openings[process]),
    agent(ask),
    user(`it is ${day}`),
    { ...base, speaker: 'action', text: '', step: query, action: process, values: { Day: day } },
    { ...base, speaker: 'kb', text: '', step: 'query_result', action: process, values: { Message: 'fine' } },
    agent(inform),
    ...(number % 5 === 0 ? [user('and what do you dream of'), agent('escalate')] : []),
  ];
}

function definition(process: keyof typeof graphs): object {
  const steps = graphs[process];
  const graph = Object.fromEntries(steps.slice(0, -1).map((step, index) => [step, steps[index + 1]]));
  return {
    process,
    replies: Object.fromEntries(steps.map((step) => [step, step])),
    graph,
    api: { input: [{ Name: 'Day' }] },
  };
}

describe('benchProcess', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const write = (name: string, rows: readonly object[]): Promise<void> =>
    writeFile(path(name), rows.map((row) => JSON.stringify(row)).join('\n'));
  const options = (more: Partial<BenchOptions>): BenchOptions => {
    return {
      train: [],
      val: [],
      test: [],
      processes: [],
      seeds: [1],
      alpha: 0.05,
      delta: 0.1,
      progress: silent,
      ...more,
    };
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-'));
    const both = ['weather', 'bank'] as const;
    const part = (split: string, count: number): object[] =>
      both.flatMap((process) =>
        Array.from({ length: count }, (_, number) => conversation(process, number, split)).flat(),
      );
    await write('star_turns.jsonl', [...part('train', 15), ...part('val', 8), ...part('test', 8)]);
    await write('star_processes.jsonl', both.map(definition));
    const slot = (text: string, time: string, split: string): object => ({
      text,
      requested_slots: ['time'],
      values: { time },
      split,
    });
    const times = ['5pm', '6pm', '7pm', '8pm'];
    await write('slots.jsonl', [
      ...times.map((time) => slot(`at ${time} please`, time, 'train')),
      ...times.map((time) => slot(`say ${time}`, time, 'train')),
      slot('at 9pm please', '9pm', 'test'),
    ]);
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('reports next step, process, values, escalation and coverage beside the floors', async () => {
    const star = [path('star_turns.jsonl')];
    const processes = [path('star_processes.jsonl')];
    const report = await benchProcess(options({ train: star, val: star, test: star, processes, folds: 2 }));
    const [result, unseen] = report.results;
    // 8 conversations of each of two processes: 4 targets each, 2 of them with free words at the end
    expect(result).toMatchObject({ n: 2 * (8 * 4 + 2), floors: { majority: {}, bigram: {}, graph: {} } });
    const { nextStep, process, slots, escalate } = result as unknown as Record<string, Record<string, number>>;
    expect(nextStep?.accuracy).toBeGreaterThan(0.9);
    expect(nextStep?.accuracyOrAllowed).toBeGreaterThanOrEqual(nextStep?.accuracy ?? 1);
    expect(process?.accuracy).toBeGreaterThan(0.6);
    expect(slots?.f1).toBeGreaterThan(0.9);
    expect(escalate?.auroc).toBeGreaterThan(0.9);
    expect(result?.coverageAt).toHaveLength(4);
    const few = unseen?.fewShot as Record<string, Record<string, number>>;
    expect(Object.keys(few)).toEqual(['0', '5', '10', '50']);
    expect(few['10']?.accuracy).toBeGreaterThan(few['0']?.accuracy ?? 1);
    expect(unseen?.unseenProcess).toMatchObject({ n: result?.n, accuracyFromDefinition: expect.any(Number) });
  });

  it('measures slot files by themselves', async () => {
    const slots = [path('slots.jsonl')];
    const report = await benchProcess(options({ train: slots, test: slots }));
    expect(report.results).toHaveLength(1);
    expect(report.results[0]).toMatchObject({ n: 1, slots: { precision: 1, recall: 1, f1: 1 } });
  });

  it('refuses a conversation that stands in train and test', async () => {
    const star = path('star_turns.jsonl');
    await write(
      'again_turns.jsonl',
      conversation('bank', 0, 'train').map((row) => ({ ...row, split: 'test' })),
    );
    const given = options({ train: [star], val: [star], test: [path('again_turns.jsonl')] });
    await expect(benchProcess(given)).rejects.toMatchObject({ code: 'DATA_OVERLAP' });
  });
});

describe('fileOf', () => {
  it('reads a system turn that calls and speaks as two moves, and acts as a step', () => {
    const base = { conversation_id: 'sgd-1', process: 'Media.Find', split: 'train' };
    const { dialogues } = fileOf('x', [
      { ...base, speaker: 'user', text: 'a film', step: ['INFORM(genre)'], action: null, values: {} },
      {
        ...base,
        speaker: 'agent',
        text: 'Up?',
        step: ['OFFER(title)', 'OFFER(year)'],
        action: 'Media.Find',
        values: { genre: 'fun' },
      },
    ]);
    expect(dialogues.map(({ step, action }) => [step, action.kind])).toEqual([
      ['query', 'call'],
      ['OFFER', 'reply'],
    ]);
  });
});

describe('allowedSteps', () => {
  const named = {
    name: 'bank',
    description: '',
    inputs: [],
    replies: {},
    graph: { hello: 'ask_pin', ask_pin: 'query_check', yes: 'x' },
  };
  const example = fileOf('x', conversation('bank', 1, 'train') as Record<string, unknown>[]).dialogues;

  it('allows what follows in the graph, and the greeting at the start', () => {
    expect([...allowedSteps(example[0]!, named)].sort()).toEqual(['ask_pin', 'hello']);
    expect([...allowedSteps({ ...example[1]!, previousStep: 'ask_pin' }, named)]).toContain('query');
    expect([...allowedSteps(example[1]!, undefined)]).toEqual(['bank_ask_pin']);
  });
});

describe('coverageFigures', () => {
  it('begins to certify where part of val shows it can, since even the surest turns err now and then', () => {
    const rows = Array.from({ length: 1200 }, (_, row) => ({
      confidence: 1 - ((row * 7) % 1200) / 1200,
      correct: row % 25 !== 0,
      settles: true,
    }));
    const surest = rows.map((row) => (row.confidence > 0.99 ? { ...row, correct: false } : row));
    const at = (choose: number) => coverageFigures(surest, surest, 0.1, choose).find(({ alpha }) => alpha === 0.1);
    expect(at(0)?.certified.coverage).toBe(0);
    expect(at(0.3)?.certified.coverage).toBeGreaterThan(0.9);
  });
});

describe('stateFigures', () => {
  const turn = (text: string) => ({ speaker: 'user', text, step: null, values: null }) as const;
  const row = (text: string, process: string, found: string, conversation: string) => ({
    example: {
      input: { turns: [turn('hi'), turn(text)] },
      process,
      step: 's',
      action: { kind: 'escalate' },
      conversation,
      previousStep: null,
    } as const,
    prediction: { process: found } as LppmPrediction,
    correct: true,
  });

  it('counts staying and following in conversations of several processes alone', () => {
    const rows = [
      row('a ride', 'ride', 'ride', 'one'),
      row('yes', 'ride', 'bank', 'one'),
      row('and my balance', 'bank', 'bank', 'one'),
      row('a ride', 'ride', 'bank', 'two'),
      row('yes', 'ride', 'bank', 'two'),
    ];
    expect(stateFigures(rows)).toEqual({
      running: { n: 1, right: 0 },
      changed: { n: 1, right: 1 },
      shortAnswers: { n: 5, right: 1 },
    });
    expect(stateFigures(rows.slice(3))).toBeNull();
  });
});
