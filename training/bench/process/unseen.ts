import { hashFraction } from '../../../engine/core/hash.ts';
import { DefinitionFollower } from '../../../models/lppm/definitions/definition.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { coverageFigures, settledAt } from '../coverage.ts';
import type { ProcessData, ProcessExample } from './data.ts';
import { graphStep, judge, type Definitions, type JudgedTurn } from './judge.ts';
import type { BenchOptions, BenchResult } from '../report.ts';

/** Conversations of each left-out process that are learned from after all. */
const shots = [0, 5, 10, 50] as const;
/** Rows that following a definition is learned from. */
const mostTaught = 12_000;

interface Tally {
  rows: number;
  right: number;
  processRight: number;
  settled: number;
  wrong: number;
}

/**
 * Leaves processes out, fold by fold, with every conversation in which they occur: what of them is passed up at the
 * error budget, how right the rest is, how far their definition alone carries, the process given, and how fast a few
 * conversations make up for it. Judged by the step alone, so values are not learned.
 */
export async function unseenFigures(
  data: ProcessData,
  definitions: Definitions,
  seed: number,
  options: BenchOptions,
): Promise<BenchResult> {
  const folds = options.folds as number;
  const names = [...new Set(data.train.dialogues.flatMap(({ process }) => process ?? []))].sort();
  const tallies = shots.map((): Tally => ({ rows: 0, right: 0, processRight: 0, settled: 0, wrong: 0 }));
  const followed = { rows: 0, right: 0, graph: 0 };
  for (let fold = 0; fold < folds; fold += 1) {
    const out = new Set(names.filter((_, index) => index % folds === fold));
    const isOut = ({ process }: ProcessExample): boolean => process !== null && out.has(process);
    const touched = new Set(
      [...data.train.dialogues, ...data.val.dialogues].filter(isOut).map(({ conversation }) => conversation),
    );
    const keep = (examples: readonly ProcessExample[]): ProcessExample[] =>
      examples.filter(({ conversation }) => !touched.has(conversation));
    const train = keep(data.train.dialogues);
    const val = keep(data.val.dialogues);
    const test = data.tests.flatMap(({ dialogues }) => dialogues.filter(isOut));
    if (train.length === 0 || test.length === 0) continue;
    for (const [number, count] of shots.entries()) {
      options.progress({
        stage: 'leave processes out',
        done: fold * shots.length + number,
        total: folds * shots.length,
      });
      const some = fewOf(data.train.dialogues, out, count);
      const rows = await answers([...train, ...some], val, test, definitions, seed, options);
      const tally = tallies[number] as Tally;
      tally.rows += rows.test.length;
      tally.right += rows.test.filter(({ correct }) => correct).length;
      tally.processRight += rows.test.filter(
        ({ example, prediction }) => prediction.process === example.process,
      ).length;
      const at = coverageFigures(rows.val, rows.test, options.delta).find(({ alpha }) => alpha === 0.05);
      const { settled, wrong } = settledAt(rows.test, at?.threshold ?? null);
      tally.settled += settled;
      tally.wrong += wrong;
    }
    follow(train, test, definitions, seed, followed);
  }
  const [none] = tallies as [Tally];
  return {
    file: `leave processes out, ${folds} folds`,
    n: none.rows,
    unseenProcess: {
      n: none.rows,
      passedUp: 1 - none.settled / Math.max(1, none.rows),
      settledWrong: none.wrong,
      accuracy: none.right / Math.max(1, none.rows),
      ...(followed.rows === 0
        ? {}
        : { accuracyFromDefinition: followed.right / followed.rows, graph: followed.graph / followed.rows }),
    },
    fewShot: Object.fromEntries(
      tallies.map(({ rows, right, processRight, settled, wrong }, number) => [
        String(shots[number]),
        {
          accuracy: right / Math.max(1, rows),
          process: processRight / Math.max(1, rows),
          settled: settled / Math.max(1, rows),
          settledWrong: wrong,
        },
      ]),
    ),
  };
}

/** All turns of the first `count` conversations of each process, in an order by hash. */
function fewOf(examples: readonly ProcessExample[], out: ReadonlySet<string>, count: number): ProcessExample[] {
  const chosen = new Set<string>();
  for (const name of out) {
    const own = [...new Set(examples.flatMap(({ process, conversation }) => (process === name ? [conversation] : [])))];
    const order = own.map((id) => ({ id, place: hashFraction(`few ${id}`) })).sort((a, b) => a.place - b.place);
    for (const { id } of order.slice(0, count)) chosen.add(id);
  }
  return examples.filter(({ conversation }) => chosen.has(conversation));
}

async function answers(
  train: readonly ProcessExample[],
  val: readonly ProcessExample[],
  test: readonly ProcessExample[],
  definitions: Definitions,
  seed: number,
  { device, progress }: BenchOptions,
): Promise<{ val: JudgedTurn[]; test: JudgedTurn[] }> {
  const model = new LppmModel();
  const known = [...definitions.values()].filter(({ replies }) => Object.keys(replies).length > 0);
  await model.fit(withoutCalls(train), {
    seed,
    calibration: withoutCalls(val),
    progress,
    ...(known.length > 0 ? { definitions: known } : {}),
    ...(device === undefined ? {} : { device }),
  });
  const judged = { val: await judge(model, val), test: await judge(model, test) };
  await model.dispose();
  return judged;
}

function withoutCalls(examples: readonly ProcessExample[]): ProcessExample[] {
  return examples.map((example) =>
    example.action.kind === 'call' ? { ...example, action: { kind: 'reply', text: example.action.tool } } : example,
  );
}

function follow(
  train: readonly ProcessExample[],
  test: readonly ProcessExample[],
  definitions: Definitions,
  seed: number,
  followed: { rows: number; right: number; graph: number },
): void {
  const taught = train.flatMap(({ input, process, step }) => {
    const definition = definitions.get(process ?? '');
    return definition === undefined || Object.keys(definition.replies).length === 0
      ? []
      : [{ input, process: definition, step }];
  });
  if (taught.length === 0) return;
  const every = Math.ceil(taught.length / mostTaught);
  const follower = DefinitionFollower.learn(
    taught.filter((_, row) => row % every === 0),
    seed,
  );
  for (const example of test) {
    const definition = definitions.get(example.process ?? '');
    if (definition === undefined) continue;
    followed.rows += 1;
    if (follower.follow(example.input, definition)[0]?.step === example.step) followed.right += 1;
    if (graphStep(example, definitions) === example.step) followed.graph += 1;
  }
}
