import { assemble } from '../../models/cet/assembly.ts';
import type { CetExample, CetInput } from '../../models/cet/example.ts';
import type { CetModel } from '../../models/cet/model.ts';
import { plainScores } from '../../models/cet/plain-scores.ts';
import type { Bundle } from '../../models/bundle.ts';
import { loadModels } from '../artefacts.ts';
import type { ContestOptions, Ground } from './contest.ts';
import { cetExamples } from '../examples/cet-examples.ts';
import type { ContextOutcome } from '../examples/context-outcomes.ts';
import { judgeContext, type ContextVerdict, type FoundEvidence } from './context-recall.ts';

/** Of the tokens of all pieces so many may go in: a choice where everything fits is none. */
const shareOfTokens = 0.25;
const mostTokens = 1024;

export interface ContextContest {
  readonly candidate: CetModel;
  /** The bundle that serves; null where none does. */
  readonly champion: Bundle | null;
  /** Questions with evidence that neither learned from. */
  readonly questions: readonly CetExample[];
  /** Of the ladder's test of the month; see `gate/alpha-spending.ts`. */
  readonly level: number;
}

/**
 * Questions of the held-out conversations, with what their answers rested on. What was passed up is just what a context is
 * chosen for; what people corrected was taught.
 */
export function heldOutQuestions(
  { turns, heldOut, passedUp, corrected }: Pick<Ground, 'turns' | 'heldOut' | 'passedUp' | 'corrected'>,
  outcomes: ReadonlyMap<string, ContextOutcome>,
  unlabelled: ReadonlySet<string>,
): CetExample[] {
  const conversations = new Set([...heldOut, ...passedUp].map(({ conversation }) => conversation));
  const taught = new Set(corrected.map(({ message }) => message.id));
  const usable = turns.filter(
    ({ conversation, message: { id } }) => conversations.has(conversation) && !unlabelled.has(id) && !taught.has(id),
  );
  return cetExamples(usable, outcomes);
}

/** Compares a context model with the one that serves; where none does, with shared words and recency. */
export async function contestContext(
  { candidate, champion, questions, level }: ContextContest,
  { registry, device }: Pick<ContestOptions, 'registry' | 'device'>,
): Promise<ContextVerdict> {
  const id = champion?.artefacts.cet;
  const models =
    id === undefined ? null : await loadModels({ artefacts: { cet: await registry.artefact(id) } }, registry, device);
  const serving = models?.cet ?? null;
  try {
    const fresh = await foundBy(questions, true, async (input) => (await candidate.predict([input]))[0]!.scores);
    const old = await foundBy(questions, serving !== null, async (input) =>
      serving === null ? plainScores(input.query, input.candidates) : (await serving.predict([input]))[0]!.scores,
    );
    const by = serving === null ? 'shared words and recency' : 'the one that serves';
    return judgeContext(fresh, old, by, { level, isFirst: serving === null });
  } finally {
    await serving?.dispose();
  }
}

type Scores = (input: CetInput) => Promise<readonly number[]>;

/** @param byPrice as the context tier assembles what a model scores */
async function foundBy(questions: readonly CetExample[], byPrice: boolean, scoresOf: Scores): Promise<FoundEvidence[]> {
  const found: FoundEvidence[] = [];
  for (const [index, { input, evidence, conversation }] of questions.entries()) {
    const scores = await scoresOf(input);
    const pieces = input.candidates.map((candidate, place) => {
      return { candidate, score: scores[place]!, group: null, priority: 0 } as const;
    });
    const all = input.candidates.reduce((sum, { tokens }) => sum + tokens, 0);
    const { chosen } = assemble(pieces, Math.min(shareOfTokens * all, mostTokens), { byPrice });
    const wanted = new Set(evidence);
    const inside = chosen.filter(({ candidate }) => wanted.has(candidate.id)).length;
    found.push({ question: String(index), conversation, recall: inside / Math.max(wanted.size, 1) });
  }
  return found;
}
