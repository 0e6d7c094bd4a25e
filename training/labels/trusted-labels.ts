import type { Feedback } from '../../datasets/log/feedback.ts';
import type { Decision } from '../../engine/core/decision.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { answeredTurns } from '../examples/answered-turn.ts';
import type { Correction } from '../examples/correction.ts';
import { ownAnswers, passedUp } from '../examples/own-answers.ts';
import { findPayloadTools } from '../examples/payload-tools.ts';
import { quarantineOf, siftCorrections } from './quarantine.ts';
import { taughtRow } from './taught-row.ts';
import { auditedWords } from './audited-words.ts';
import { confirmedBy, correctionsOf, doubtedBy } from './words.ts';

/** Which answers of a log may be learned from, and which words replace them. */
export interface TrustedLabels {
  readonly corrections: readonly Correction[];
  /** What people said of a fair sample; see `learn`. Empty where it is too small to prove anything: then all words correct. */
  readonly audited: readonly Correction[];
  /** Messages whose answers are none of a teacher: nothing is learned from them or judged by them. */
  readonly unlabelled: ReadonlySet<string>;
  /** Messages whose answers teach, and do not judge: they are there because tiers passed the message up. */
  readonly selected: ReadonlySet<string>;
  /** Share of the messages in service that no cheap tier answered, in [0, 1]; those that were drawn for the LLM left out. */
  readonly passedShare: number;
  /** Messages whose answers judge, and teach nothing. */
  readonly quarantined: ReadonlySet<string>;
  /** What was set aside, for people. */
  readonly lines: readonly string[];
}

export interface LabelTerms {
  /** A frozen reference that tells prose from content. */
  readonly isProse?: (text: string) => boolean;
  /** See `passedUp`. */
  readonly explore?: number;
  /** With fewer drawn and judged messages nothing is proved by them; never is by default. */
  readonly fewestAudited?: number;
}

/**
 * Labels in the order of their trust: what a person said, what a tool or a verifier found, what the teacher answered. What
 * our own cheap tiers answered is no label, unless somebody confirmed it. Suspicious labels are set aside, with a reason.
 */
export function trustedLabels(
  conversations: readonly Conversation[],
  feedback: readonly Feedback[],
  decisions: readonly Decision[],
  { isProse, explore = 0, fewestAudited = Number.POSITIVE_INFINITY }: LabelTerms = {},
): TrustedLabels {
  const drawn = auditedWords(feedback, decisions);
  const audited = drawn.length < fewestAudited ? [] : drawn;
  const isAudited = new Set(audited.map(({ message }) => message));
  const answered = ownAnswers(conversations, decisions);
  const unlabelled = new Set(answered);
  const selected = passedUp(decisions, explore);
  for (const message of confirmedBy(feedback)) unlabelled.delete(message);
  const turns = answeredTurns(conversations);
  const payloadTools = findPayloadTools(turns);
  const rows = turns.map((turn) => taughtRow(turn, payloadTools));
  const sifted = siftCorrections(
    correctionsOf(feedback).filter(({ message }) => !isAudited.has(message)),
    rows,
  );
  const dropped = new Set(sifted.dropped);
  const labelled = rows.filter(({ message }) => !unlabelled.has(message) && !dropped.has(message));
  const { messages, lines } = quarantineOf(labelled, sifted.kept, {
    doubted: doubtedBy(feedback),
    ...(isProse === undefined ? {} : { isProse }),
  });
  return {
    corrections: sifted.kept,
    audited,
    unlabelled,
    selected,
    passedShare: selected.size === 0 ? 1 : [...selected].filter((id) => !answered.has(id)).length / selected.size,
    quarantined: new Set([...messages.keys(), ...dropped]),
    lines: [...sifted.lines, ...lines],
  };
}
