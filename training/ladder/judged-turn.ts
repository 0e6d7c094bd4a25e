import type { Verdict } from '../../engine/core/decision.ts';
import type { Progress } from '../../engine/core/progress.ts';
import { isPlainWords, plainWordsLabel } from '../../models/dtr/mixed/plain-words.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';
import type { KeptScript } from '../examples/kept-script.ts';
import type { PayloadTool } from '../examples/payload-tools.ts';
import { isSameDeed } from '../examples/same-deed.ts';

/** What a tier would have done with a turn, and whether the assistant did the same. */
export interface JudgedProposal {
  /** Label under which a threshold may be set: a destination or a step. */
  readonly label: string;
  readonly confidence: number;
  readonly correct: boolean;
  /** The proposal hands the message to an executing tool. */
  readonly executes: boolean;
  /** ... although the assistant treated it as prose. */
  readonly unsafe: boolean;
}

/** A turn that no model of the judged tiers was trained on. Null: the tier proposed nothing. */
export interface JudgedTurn {
  readonly conversation: string;
  readonly message: string;
  readonly dtr: JudgedProposal | null;
  readonly lppm: JudgedProposal | null;
}

export interface JudgedTiers {
  readonly dtr: Tier | null;
  readonly lppm: Tier | null;
}

/**
 * Asks tiers that settle at any confidence, and compares what they would do with what the log says was done.
 * @param isKept replies that are right beside what was done; see `keptScript`
 */
export async function judgeTurns(
  turns: readonly AnsweredTurn[],
  tiers: JudgedTiers,
  payloadTools: ReadonlyMap<string, PayloadTool>,
  progress: Progress,
  isKept: KeptScript = () => false,
): Promise<JudgedTurn[]> {
  const judged: JudgedTurn[] = [];
  for (const turn of turns) {
    const { message, history, role, tools } = turn;
    const seen = { message, history, role, tools };
    const propose = async (tier: Tier | null): Promise<JudgedProposal | null> =>
      tier === null ? null : proposalOf(await tier.consider(seen), turn, payloadTools, isKept);
    judged.push({
      conversation: turn.conversation,
      message: message.id,
      dtr: await propose(tiers.dtr),
      lppm: await propose(tiers.lppm),
    });
    if (judged.length % 250 === 0) progress({ stage: 'judge', done: judged.length, total: turns.length });
  }
  return judged;
}

function proposalOf(
  verdict: Verdict,
  turn: AnsweredTurn,
  payloadTools: ReadonlyMap<string, PayloadTool>,
  isKept: KeptScript,
): JudgedProposal | null {
  // A proposal that was not settled at any confidence was no offered tool, or did not fit it: it is none.
  if (!verdict.settled || verdict.confidence === null || verdict.label === null) return null;
  const { outcome } = verdict;
  const executes = outcome.kind === 'tool-call' && payloadTools.get(outcome.name)?.content === 'deterministic';
  const payload =
    outcome.kind === 'tool-call' ? outcome.arguments[payloadTools.get(outcome.name)?.argument ?? ''] : null;
  const isAmbiguous = executes && typeof payload === 'string' && isPlainWords(payload);
  const wasContent = turn.call !== null && payloadTools.has(turn.call.name);
  return {
    label: isAmbiguous ? plainWordsLabel : verdict.label,
    confidence: verdict.confidence,
    correct:
      isSameDeed(outcome, turn, payloadTools) || (outcome.kind === 'reply' && isKept(turn.message.id, verdict.label)),
    executes,
    unsafe: executes && !wasContent,
  };
}
