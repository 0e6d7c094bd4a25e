import { sampleConversations } from '../../../datasets/sample/desk.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import type { Outcome, Verdict } from '../../../engine/core/decision.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import type { Turn } from '../../../engine/core/turn.ts';
import type { Tier } from '../../../engine/tiers/tier.ts';
import { settleTurns, type LadderThresholds, type SettledTurn } from '../../ladder/evaluate.ts';
import { answeredTurns, type AnsweredTurn } from '../../examples/answered-turn.ts';
import { keptScript, type KeptScript } from '../../examples/kept-script.ts';
import { judgeCandidate, seenByGate } from '../../gate/gate.ts';
import { metamorphicFigures } from '../../gate/metamorphic.ts';
import { judgeSealed } from '../../gate/sealed.ts';
import { slicesByMessage } from '../../gate/slices.ts';
import { judgeTurns, type JudgedTurn } from '../../ladder/judged-turn.ts';
import { judgingTiers } from '../../ladder/judging-tiers.ts';
import { learn } from '../../learn.ts';
import { disposeAll, type Learned } from '../../learned.ts';
import { tiersOf } from '../../ladder/tiers.ts';
import type { BenchOptions } from '../report.ts';

/** What the mapper proposes, made worse; null leaves a proposal as it is. */
type Fault = (turn: Turn, outcome: Outcome, label: string) => Outcome | null;

/** Share of the messages that the champion settles wrongly: without a fault, each challenger is truly better. */
const spoiled = 0.15;
/** A role of the sample desk that follows processes: its mapper settles much, so that there is much to lose. */
const role = 'support-agent';
const conversations = 1500;
const sealedShare = 0.2;
/** A small log proves little: with the usual budget less is certified. */
const alpha = 0.1;

/**
 * A real mapper of the sample desk with one fault each: values of other messages in its calls, steps exchanged for others, an argument left
 * out. The champion is the same mapper, and settles a seventh of the messages wrongly, so that nothing but the fault speaks
 * against the challenger; without a fault it has to be promoted.
 */
export async function badMappers(options: BenchOptions) {
  const { delta, device = 'cpu', progress, seeds } = options;
  const desk = sampleConversations(seeds[0] ?? 1, { conversations }).filter((one) => one.role === role);
  const isSealed = ({ id }: Conversation): boolean => hashFraction(`sealed ${id}`) < sealedShare;
  const taught = desk.filter((one) => !isSealed(one));
  const sealed = desk.filter(isSealed);
  const learned = await learn(taught, { seed: seeds[0] ?? 1, alpha, delta, device, progress, tiers: ['lppm'] });
  try {
    const held = new Set(learned.heldOut.map(({ message }) => message));
    const all = answeredTurns(taught, { afterResults: true });
    const turns = all.filter(({ message }) => held.has(message.id));
    const yard = new MapperYard(learned, turns, answeredTurns(sealed), all, options);
    const { few, ...faults } = faultsOf(await yard.proposals());
    const verdicts: Record<string, { readonly promoted: boolean; readonly why: string }> = {};
    for (const [name, fault] of Object.entries(faults)) verdicts[name] = await yard.contest(fault, spoiled);
    // so small a fault is less than what it would mend: against a champion without any
    verdicts['values of other messages in a tenth of the calls'] = await yard.contest(few, 0);
    return {
      file: 'bad process mappers',
      n: turns.length,
      sealedConversations: sealed.length,
      ...yard.settles(),
      verdicts,
    };
  } finally {
    await disposeAll(learned.models);
  }
}

class MapperYard {
  readonly #learned: Learned;
  readonly #turns: readonly AnsweredTurn[];
  readonly #sealed: readonly AnsweredTurn[];
  readonly #options: BenchOptions;
  readonly #thresholds: LadderThresholds;
  readonly #isKept: KeptScript;

  constructor(
    learned: Learned,
    turns: readonly AnsweredTurn[],
    sealed: readonly AnsweredTurn[],
    taught: readonly AnsweredTurn[],
    options: BenchOptions,
  ) {
    this.#learned = learned;
    this.#turns = turns;
    this.#sealed = sealed;
    this.#options = options;
    this.#thresholds = learned.thresholds;
    this.#isKept = keptScript([...taught, ...sealed], learned.payloadTools, learned.models.lppm);
  }

  settles(): { readonly settled: number } {
    const settled = settleTurns(this.#learned.heldOut, this.#thresholds).filter(({ tier }) => tier !== null);
    return { settled: settled.length };
  }

  /** Everything that the mapper proposes for the messages that judge, whatever its confidence. */
  async proposals(): Promise<Map<string, { readonly label: string; readonly outcome: Outcome }>> {
    const { lppm } = judgingTiers(this.#learned.models);
    const found = new Map<string, { readonly label: string; readonly outcome: Outcome }>();
    for (const { message, history, role, tools } of [...this.#turns, ...this.#sealed]) {
      const verdict = await lppm?.consider({ message, history, role, tools });
      if (verdict?.settled === true) found.set(message.id, { label: verdict.label ?? '', outcome: verdict.outcome });
    }
    return found;
  }

  /** @param share of the messages that the champion settles wrongly */
  async contest(fault: Fault, share: number): Promise<{ readonly promoted: boolean; readonly why: string }> {
    const { teacherNoise: labelNoise } = this.#learned;
    const none: Fault = () => null;
    const [fresh, old] = [await this.#judge(this.#turns, fault), await this.#judge(this.#turns, none)];
    const worse = (rows: readonly SettledTurn[]): SettledTurn[] =>
      rows.map((row) =>
        row.tier !== null && hashFraction(`spoiled ${row.message}`) < share ? { ...row, correct: false } : row,
      );
    const settle = (rows: readonly JudgedTurn[]): SettledTurn[] => settleTurns(rows, this.#thresholds);
    const verdict = judgeCandidate(settle(fresh), worse(settle(old)), {
      alpha,
      labelNoise,
      slices: slicesByMessage(this.#turns),
      judged: { candidate: fresh, champion: old },
      metamorphic: { candidate: await this.#changed(fault), champion: await this.#changed(none) },
    });
    const strictly = (by: Fault) => this.#judge(this.#sealed, by, () => false);
    const sealed = judgeSealed(
      {
        candidate: settle(await strictly(fault)),
        certified: settle(await this.#judge(this.#sealed, fault)),
        champion: worse(settle(await strictly(none))),
        seen: seenByGate(verdict),
      },
      { alpha, labelNoise, isStricter: false },
    );
    const reasons = [...verdict.reasons, ...sealed.faults];
    return { promoted: verdict.isPromoted && sealed.faults.length === 0, why: reasons.at(-1) ?? '' };
  }

  #judge(turns: readonly AnsweredTurn[], fault: Fault, isKept = this.#isKept): Promise<JudgedTurn[]> {
    const { models, payloadTools } = this.#learned;
    const { lppm } = judgingTiers(models);
    const tiers = { dtr: null, lppm: lppm === null ? null : faulty(lppm, fault) };
    return judgeTurns(turns, tiers, payloadTools, this.#options.progress, isKept);
  }

  #changed(fault: Fault) {
    const { lppm } = tiersOf({ models: this.#learned.models, thresholds: this.#thresholds });
    return metamorphicFigures(this.#turns, lppm === null ? [] : [faulty(lppm, fault)]);
  }
}

function faulty(tier: Tier, fault: Fault): Tier {
  return {
    name: tier.name,
    consider: async (turn): Promise<Verdict> => {
      const verdict = await tier.consider(turn);
      if (!verdict.settled) return verdict;
      return { ...verdict, outcome: fault(turn, verdict.outcome, verdict.label ?? '') ?? verdict.outcome };
    },
  };
}

type Proposals = ReadonlyMap<string, { readonly label: string; readonly outcome: Outcome }>;

function faultsOf(proposals: Proposals): Readonly<Record<string, Fault>> & { readonly few: Fault } {
  const byLabel = Map.groupBy(proposals.values(), ({ label }) => label);
  const labels = [...byLabel].toSorted((a, b) => b[1].length - a[1].length).map(([label]) => label);
  const calls = labels.filter((label) => byLabel.get(label)?.[0]?.outcome.kind === 'tool-call');
  const exampleOf = (label: string | undefined): Outcome | null => byLabel.get(label ?? '')?.[0]?.outcome ?? null;
  const isChosen = (turn: Turn, share: number): boolean => hashFraction(`fault ${turn.message.id}`) < share;
  const otherValues =
    (share: number): Fault =>
    (turn, outcome, label) => {
      if (outcome.kind !== 'tool-call' || !isChosen(turn, share)) return null;
      const others = byLabel.get(label) ?? [];
      const other = others[Math.floor(hashFraction(`other ${turn.message.id}`) * others.length)]?.outcome;
      return other?.kind === 'tool-call' ? { ...outcome, arguments: other.arguments } : null;
    };
  const swapped =
    (one: string | undefined, other: string | undefined): Fault =>
    (_, __, label) =>
      label === one ? exampleOf(other) : label === other ? exampleOf(one) : null;
  return {
    few: otherValues(0.1),
    'no fault at all': () => null,
    'values of other messages in every call': otherValues(1),
    'an argument left out of every call': (_, outcome) =>
      outcome.kind === 'tool-call'
        ? { ...outcome, arguments: Object.fromEntries(Object.entries(outcome.arguments).slice(1)) }
        : null,
    'every step in the place of the next': (_, __, label) =>
      exampleOf(labels[(labels.indexOf(label) + 1) % labels.length]),
    'the two most frequent steps exchanged': swapped(labels[0], labels[1]),
    'the two most frequent calls exchanged': swapped(calls[0], calls[1]),
  };
}
