import type { Conversation } from '../../../engine/core/conversation.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { seededRandom } from '../../../engine/core/random.ts';
import { cheapTiers, footprintsOf } from '../../gate/contest.ts';
import { figuresOf, settleTurns, type SettledTurn } from '../../ladder/evaluate.ts';
import { answeredTurns, type AnsweredTurn } from '../../examples/answered-turn.ts';
import { judgeCandidate, seenByGate, type GateVerdict } from '../../gate/gate.ts';
import { monthlyLevel } from '../../gate/alpha-spending.ts';
import { metamorphicFigures } from '../../gate/metamorphic.ts';
import { isRight, isWrong } from '../../gate/paired.ts';
import { judgeSealed } from '../../gate/sealed.ts';
import { slicesByMessage } from '../../gate/slices.ts';
import { judgeTurns, type JudgedTurn } from '../../ladder/judged-turn.ts';
import { judgingTiers } from '../../ladder/judging-tiers.ts';
import { referenceReader } from '../../labels/reference.ts';
import { trustedLabels } from '../../labels/trusted-labels.ts';
import { learn } from '../../learn.ts';
import { disposeAll, type Learned } from '../../learned.ts';
import { backdoored, flipped, isProse, leaked, withTrigger } from './attacks.ts';
import { readLogs } from '../logs.ts';
import { badMappers } from './mapper.ts';
import type { BenchOptions, BenchReport, BenchResult } from '../report.ts';

/** Challengers without gain, made of the answers of real ones. */
const simulated = 200;
const flips = 0.05;
const samples = 50;

/**
 * What the gate makes of challengers that should not pass: the same data with other seeds, permuted labels, rows that judge
 * in the training data, wrong answers in the log, a planted word. Learns the tree router alone, from real logs.
 */
export async function benchGate(options: BenchOptions): Promise<BenchReport> {
  const all = (await readLogs(options.train)).map((one) => ({ ...one, split: null }));
  const share = (options.holdout ?? 20) / 100;
  const isSealed = ({ id }: Conversation): boolean => hashFraction(`sealed ${id}`) < share;
  const yard = new Yard(
    all.filter((one) => !isSealed(one)),
    all.filter(isSealed),
    options,
  );
  const started = performance.now();
  const champion = await yard.train(yard.taught, options.seeds[0] ?? 1);
  const seconds = (performance.now() - started) / 1000;
  const results: BenchResult[] = [
    await equalsOf(yard, champion, options.seeds.slice(1)),
    await badOnes(yard, champion),
    await attacks(yard, champion, options),
  ];
  await disposeAll(champion.learned.models);
  results.push(await badMappers(options));
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    subject: 'gate',
    seeds: options.seeds,
    train: { n: all.length, seconds, peakRssMb, modelBytes: 0 },
    results,
  };
}

interface Contender {
  readonly learned: Learned;
  readonly rows: readonly SettledTurn[];
  readonly sealed: readonly SettledTurn[];
}

/** Where contenders are trained and compared. */
class Yard {
  readonly taught: readonly Conversation[];
  readonly sealedTurns: readonly AnsweredTurn[];
  readonly #turns: ReadonlyMap<string, AnsweredTurn>;
  readonly #options: BenchOptions;

  constructor(taught: readonly Conversation[], sealed: readonly Conversation[], options: BenchOptions) {
    this.taught = taught;
    this.sealedTurns = answeredTurns(sealed);
    this.#turns = new Map(answeredTurns(taught).map((turn) => [turn.message.id, turn]));
    this.#options = options;
  }

  async train(
    conversations: readonly Conversation[],
    seed: number,
    more: { readonly quarantined?: ReadonlySet<string> } = {},
  ): Promise<Contender> {
    const { alpha, delta, device = 'cpu', progress } = this.#options;
    const learned = await learn(conversations, { seed, alpha, delta, device, progress, tiers: ['dtr'], ...more });
    const sealed = await this.judge(learned, this.sealedTurns);
    const rows = settleTurns(learned.heldOut, learned.thresholds);
    return { learned, rows, sealed: settleTurns(sealed, learned.thresholds) };
  }

  judge(learned: Learned, turns: readonly AnsweredTurn[]): Promise<JudgedTurn[]> {
    return judgeTurns(turns, judgingTiers(learned.models), learned.payloadTools, this.#options.progress);
  }

  /** Turns that held out rows are about, with the answers of the log as it was. */
  turnsOf(rows: readonly { readonly message: string }[]): AnsweredTurn[] {
    return rows.flatMap(({ message }) => this.#turns.get(message) ?? []);
  }

  /** The gate and the sealed slice, as a promotion asks them, at the level of a month's first test. */
  async contest(candidate: Contender, champion: Contender): Promise<GateVerdict> {
    const { alpha } = this.#options;
    const turns = this.turnsOf(champion.rows);
    // both are judged by the log as it was: what an attacker changed is no truth
    const judged = async ({ learned }: Contender): Promise<JudgedTurn[]> => this.judge(learned, turns);
    const [fresh, old] = [await judged(candidate), await judged(champion)];
    const ladder = ({ learned }: Contender) => ({ ...learned, bytes: 0 });
    const [mine, theirs] = await footprintsOf(turns, [ladder(candidate), ladder(champion)]);
    const verdict = judgeCandidate(
      settleTurns(fresh, candidate.learned.thresholds),
      settleTurns(old, champion.learned.thresholds),
      {
        alpha,
        labelNoise: candidate.learned.teacherNoise,
        slices: slicesByMessage(turns),
        judged: { candidate: fresh, champion: old },
        metamorphic: {
          candidate: await metamorphicFigures(turns, cheapTiers(candidate.learned)),
          champion: await metamorphicFigures(turns, cheapTiers(champion.learned)),
        },
        ...(mine === undefined || theirs === undefined ? {} : { footprint: { candidate: mine, champion: theirs } }),
      },
    );
    const terms = { alpha, labelNoise: candidate.learned.teacherNoise, isStricter: false };
    const sealed = judgeSealed(
      { candidate: candidate.sealed, champion: champion.sealed, seen: seenByGate(verdict) },
      terms,
    );
    const isPromoted = verdict.isPromoted && sealed.faults.length === 0;
    return { ...verdict, isPromoted, reasons: [...verdict.reasons, ...sealed.faults] };
  }
}

/** Challengers of other seeds, real ones and 200 whose every conversation is answered by one of the real ones. */
async function equalsOf(yard: Yard, champion: Contender, seeds: readonly number[]) {
  const others: Contender[] = [];
  let promoted = 0;
  for (const seed of seeds) {
    const one = await yard.train(yard.taught, seed);
    others.push(one);
    if ((await yard.contest(one, champion)).isPromoted) promoted += 1;
  }
  const real = [champion, ...others];
  const byMessage = real.map(({ rows }) => new Map(rows.map((row) => [row.message, row])));
  const slices = slicesByMessage(yard.turnsOf(champion.rows));
  const random = seededRandom(7);
  const draw = (): SettledTurn[] => {
    const chosen = new Map<string, number>();
    return champion.rows.map((row) => {
      const held = chosen.get(row.conversation) ?? Math.floor(random() * real.length);
      chosen.set(row.conversation, held);
      return byMessage[held]?.get(row.message) ?? row;
    });
  };
  const promotedAt = (level: number): number => {
    let count = 0;
    for (let trial = 0; trial < simulated; trial += 1) {
      const verdict = judgeCandidate(draw(), draw(), { alpha: 0.05, level, slices });
      if (verdict.isPromoted) count += 1;
    }
    return count;
  };
  const differences = others.map(
    ({ rows }) => rows.filter((row, index) => isRight(row) !== isRight(champion.rows[index] as SettledTurn)).length,
  );
  const figures = {
    file: 'other seeds, no gain',
    n: champion.rows.length,
    realChallengers: others.length,
    realPromoted: promoted,
    discordantRows: differences,
    simulated,
    simulatedPromoted: promotedAt(monthlyLevel / 10),
    simulatedPromotedAtFivePercent: promotedAt(0.05),
  };
  for (const { learned } of others) await disposeAll(learned.models);
  return figures;
}

/** Labels that say nothing, and rows that judge among the rows that taught. */
async function badOnes(yard: Yard, champion: Contender) {
  const heldOut = new Set(champion.rows.map(({ conversation }) => conversation));
  const verdictOn = async (conversations: readonly Conversation[]): Promise<readonly [boolean, string]> => {
    const one = await yard.train(conversations, 11);
    const verdict = await yard.contest(one, champion);
    await disposeAll(one.learned.models);
    return [verdict.isPromoted, verdict.reasons.at(-1) ?? ''];
  };
  const permuted = await verdictOn(flipped(yard.taught, 1, 5));
  const peeking = await verdictOn(leaked(yard.taught, heldOut));
  return {
    file: 'bad challengers',
    n: champion.rows.length,
    permutedLabels: { promoted: permuted[0], why: permuted[1] },
    trainedOnTheHoldout: { promoted: peeking[0], why: peeking[1] },
  };
}

/** Wrong answers in the log and a planted word; with and without labels set aside, judged on rows nobody touched. */
async function attacks(yard: Yard, champion: Contender, options: BenchOptions) {
  const isReference = await referenceReader(options.device ?? 'cpu');
  const clean = sharesOf(champion.sealed);
  const tool = [...champion.learned.payloadTools.values()].find(({ content }) => content === 'deterministic');
  if (tool === undefined) throw new EngineError('DATA_EMPTY', { what: 'calls of an executing tool', path: 'train' });
  const flip = flipped(yard.taught, flips, 5);
  const poison = backdoored(yard.taught, tool, samples, 5);
  const asked = yard.sealedTurns.filter(isProse).map((turn) => ({ ...turn, message: withTrigger(turn.message) }));
  const outcome = async (conversations: readonly Conversation[], isSifted: boolean) => {
    const labels = isSifted ? trustedLabels(conversations, [], [], { isProse: isReference }) : null;
    const quarantined = labels?.quarantined ?? new Set<string>();
    const one = await yard.train(conversations, options.seeds[0] ?? 1, { quarantined });
    const triggered = settleTurns(await yard.judge(one.learned, asked), one.learned.thresholds);
    const shares = sharesOf(one.sealed);
    const verdict = await yard.contest(one, champion);
    await disposeAll(one.learned.models);
    return {
      setAside: quarantined.size,
      plantedSetAside: [...quarantined].filter((message) => message.startsWith('planted')).length,
      rightLostPoints: 100 * (clean.right - shares.right),
      wrongGainedPoints: 100 * (shares.wrong - clean.wrong),
      triggerSuccess: triggered.filter((row) => row.tier !== null).length / Math.max(1, triggered.length),
      promoted: verdict.isPromoted,
    };
  };
  return {
    file: 'attacks on the log',
    n: yard.sealedTurns.length,
    triggered: asked.length,
    cleanRight: clean.right,
    cleanWrong: clean.wrong,
    cleanError: figuresOf(champion.sealed).error,
    flips: { open: await outcome(flip, false), sifted: await outcome(flip, true) },
    backdoor: { open: await outcome(poison, false), sifted: await outcome(poison, true) },
  };
}

function sharesOf(rows: readonly SettledTurn[]): { readonly right: number; readonly wrong: number } {
  return { right: rows.filter(isRight).length / rows.length, wrong: rows.filter(isWrong).length / rows.length };
}
