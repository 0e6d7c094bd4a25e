import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { readTurns } from '../../../../models/lppm/encoding/turns.ts';
import { sequencesOf } from '../../../../models/lppm/encoding/sequences.ts';
import type { DialogueTurn, LppmExample } from '../../../../models/lppm/example.ts';
import { fitWeights, type LppmHyperParameters } from '../../../../models/lppm/fit.ts';
import { FeatureList } from '../../../../models/lppm/encoding/features.ts';
import type { FeatureRow, Vocabulary } from '../../../../models/lppm/encoding/vocabulary.ts';
import type { LppmWeights } from '../../../../models/lppm/weights.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import type { FlowNet } from '../../../../models/lppm/net/flow-net.ts';
import { readTurnRows, Scorer } from '../../../../models/lppm/net/scorer.ts';
import { served } from '../../../../models/lppm/store.ts';
import { smallFlow } from '../../../support/small-mapper.ts';
import { processDesk } from '../../../support/process-desk.ts';

const parameters: LppmHyperParameters = { members: [smallFlow], steps: 0, mostFeatures: 4000, smoothing: 0.02 };
const colours = ['red', 'green', 'blue'];

function user(text: string): DialogueTurn {
  return { speaker: 'user', text, step: null, values: null };
}

/** The first turn names a colour, eight turns of the user later it has to be known. */
function colourDesk(seed: number, conversations: number): LppmExample[] {
  const random = seededRandom(seed);
  return Array.from({ length: conversations }, (_, number): LppmExample => {
    const colour = colours[Math.floor(random() * colours.length)] as string;
    const turns = [user(`paint it ${colour}`)];
    for (let round = 0; round < 8; round += 1) {
      turns.push({ speaker: 'agent', text: 'Go on.', step: 'go_on', values: null }, user('and so on'));
    }
    const action = { kind: 'reply', text: `It will be ${colour}.` } as const;
    return { input: { turns }, process: 'paint', step: `paint_${colour}`, action, conversation: `c${seed}-${number}` };
  });
}

describe('a net that reads turn by turn', () => {
  const model = new LppmModel({ parameters });

  beforeAll(async () => {
    await model.fit(colourDesk(1, 90), { seed: 1, calibration: [] });
  });
  afterAll(async () => await model.dispose());

  it('remembers what was said longer ago than any bag of words reads', async () => {
    const test = colourDesk(2, 30);
    const answers = await model.predict(test.map(({ input }) => input));
    expect(answers.map(({ step }) => step)).toEqual(test.map(({ step }) => step));
  });

  it('forgets what lies further back than it reads', async () => {
    const [example] = colourDesk(3, 1);
    const chatter = Array.from({ length: readTurns }, () => user('and so on'));
    const long = (colour: string) => ({
      turns: [user(`paint it ${colour}`), ...chatter, ...(example?.input.turns ?? [])],
    });
    const [first, second] = await model.predict([long('red'), long('blue')]);
    expect(first?.alternatives).toEqual(second?.alternatives);
  });

  it('answers a dialogue the same alone and beside longer ones', async () => {
    const inputs = processDesk(5, 6).map(({ input }) => input);
    const together = await model.predict(inputs);
    for (const [row, input] of inputs.entries()) {
      const [alone] = await model.predict([input]);
      expect(alone?.alternatives[0]?.step).toBe(together[row]?.alternatives[0]?.step);
      expect(alone?.confidence).toBeCloseTo(together[row]?.confidence ?? -1, 4);
    }
  });

  it('is the same after it was saved, and refuses to load without what reads turns', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flow-'));
    const inputs = colourDesk(4, 5).map(({ input }) => input);
    await model.save(folder);
    const loaded = new LppmModel();
    await loaded.load(folder);
    expect(await loaded.predict(inputs)).toEqual(await model.predict(inputs));
    await loaded.dispose();
    await rm(join(folder, 'turns.bin'));
    await expect(new LppmModel().load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await rm(folder, { recursive: true });
  });

  it('serves what the formulas of its gates say', async () => {
    const train = processDesk(1, 12);
    const { weights } = await fitWeights(
      train,
      { seed: 3, calibration: [] },
      { ...parameters, members: [{ ...smallFlow, batches: 20 }] },
    );
    const net = weights.members[0] as FlowNet;
    const input = weights.known.resolve((train.find(({ input }) => input.turns.length > 4) as LppmExample).input);
    const scorer = await Scorer.open(weights, served(weights).network);
    const [scores] = await scorer.run([input], null);
    await scorer.dispose();
    const own = plainScores(net, weights, input.turns);
    expect(scores?.length).toBe(own.length);
    own.forEach((score, item) => expect(scores?.[item]).toBeCloseTo(score, 4));
  });

  it('is the same net for the same rows and seed', async () => {
    const rows = processDesk(1, 6);
    const fit = async (seed: number): Promise<Uint8Array> => {
      const { weights } = await fitWeights(rows, { seed }, { ...parameters, members: [{ ...smallFlow, batches: 10 }] });
      return served(weights).network;
    };
    const first = await fit(1);
    expect(await fit(1)).toEqual(first);
    expect(await fit(2)).not.toEqual(first);
  });
});

describe('sequencesOf', () => {
  it('reads each turn of a conversation once, whatever the number of examples', () => {
    const examples = processDesk(4, 20);
    const sequences = sequencesOf(examples);
    expect(sequences).toHaveLength(new Set(examples.map(({ conversation }) => conversation)).size);
    for (const { turns, answers } of sequences) {
      for (const { example, place } of answers) {
        expect(turns.slice(0, place + 1)).toEqual(examples[example]?.input.turns);
      }
    }
    expect(sequences.flatMap(({ answers }) => answers)).toHaveLength(examples.length);
  });

  it('cuts a long conversation so that each answer has seen half a stretch or all', () => {
    const turns = Array.from({ length: 101 }, (_, turn) => user(`turn ${turn}`));
    const examples = turns.map((_, last) => ({ input: { turns: turns.slice(0, last + 1) }, conversation: 'long' }));
    const sequences = sequencesOf(examples);
    const answered = sequences.flatMap(({ before, answers }) =>
      answers.map(({ place, example }) => ({ at: before + place, place, before, example })),
    );
    expect(answered.map(({ at }) => at).sort((a, b) => a - b)).toEqual(turns.map((_, turn) => turn));
    for (const { at, place, before, example } of answered) {
      expect(example).toBe(at);
      expect(before === 0 || place >= readTurns / 2).toBe(true);
    }
    for (const { turns } of sequences) expect(turns.length).toBeLessThanOrEqual(readTurns);
  });

  it('keeps dialogues apart that share an id and not their turns', () => {
    const examples = ['one', 'two'].map((text) => ({ input: { turns: [user(text)] }, conversation: 'same' }));
    expect(sequencesOf(examples).map(({ turns }) => turns[0]?.text)).toEqual(['one', 'two']);
  });
});

/** The scores of one dialogue, computed by hand. */
function plainScores(
  net: FlowNet,
  reading: Pick<LppmWeights, 'vocabulary' | 'turnVocabulary'>,
  turns: readonly DialogueTurn[],
): number[] {
  const { sizes, parameters: given } = net;
  const get = (name: string): Float32Array => given.get(name) as Float32Array;
  const sum = (table: Float32Array, width: number, { indices, weights }: FeatureRow, bias: Float32Array): number[] =>
    Array.from({ length: width }, (_, unit) => {
      let value = bias[unit] as number;
      indices.forEach((row, item) => (value += (weights[item] as number) * (table[row * width + unit] as number)));
      return Math.max(0, value);
    });
  const product = (x: readonly number[], matrix: Float32Array, column: number): number => {
    const columns = matrix.length / x.length;
    return x.reduce((total, value, row) => total + value * (matrix[row * columns + column] as number), 0);
  };
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const rows = readTurnRows(reading.turnVocabulary as Vocabulary, turns, 0, new FeatureList());
  let memory: number[] = Array.from({ length: sizes.memory }, () => 0);
  for (const row of rows) {
    const x = sum(net.turnTable, sizes.turn, row, get('turn.bias'));
    const own = memory;
    const into = (column: number): number =>
      product(x, get('memory.weight'), column) + (get('memory.bias')[column] as number);
    const back = (column: number): number => product(own, get('memory.recurrent'), column);
    memory = own.map((old, unit) => {
      const update = sigmoid(into(unit) + back(unit));
      const reset = sigmoid(into(sizes.memory + unit) + back(sizes.memory + unit));
      const fresh = Math.tanh(into(2 * sizes.memory + unit) + reset * back(2 * sizes.memory + unit));
      return (1 - update) * fresh + update * old;
    });
  }
  const state = sum(net.stateTable, sizes.state, reading.vocabulary.read({ turns }), get('state.bias'));
  const both = [...memory, ...state];
  return [...get('scores.bias')].map((bias, column) => bias + product(both, get('scores.weight'), column));
}
