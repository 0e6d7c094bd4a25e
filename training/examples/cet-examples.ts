import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { ContextChoice } from '../../engine/core/decision.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import { candidateOf, roughTokens } from '../../models/cet/candidate.ts';
import type { CetExample } from '../../models/cet/example.ts';
import type { AnsweredTurn } from './answered-turn.ts';
import type { ContextOutcome } from './context-outcomes.ts';

/** Fewer pieces fit any budget: there is nothing to learn from them. */
const fewestPieces = 6;
/** An answer that shares fewer rare words than this with a piece need not rest on it. */
const minimumShared = 2;
/** A word in more than this share of the pieces (and in more than two) says nothing about where an answer came from. */
const maximumSpread = 0.2;
/** A caller who begins so says that the answer missed what he had said. English only. */
const pointsBack =
  /^\W*(?:no\b|not\b|wrong|that'?s (?:not|wrong)|actually|as i (?:said|told)|i (?:said|told|meant|mentioned)\b)/i;

/**
 * Which pieces an answer rested on, one example per message of a caller: those whose rare words the reply repeats and the
 * question does not hold, those that give a value which a call passes, those that the LLM fetched, and those that the
 * caller pointed back to. An answer that was called wrong teaches nothing, unless somebody said what was right.
 *
 * @param outcomes what became of choices of context; a piece that was left out could not be quoted, so of these pieces
 *   only those teach that proved to be needed
 */
export function cetExamples(
  turns: readonly AnsweredTurn[],
  outcomes: ReadonlyMap<string, ContextOutcome> = new Map(),
): CetExample[] {
  const examples: CetExample[] = [];
  for (const exchange of exchangesOf(turns)) {
    const { asked, history, conversation } = exchange;
    const outcome = outcomes.get(asked.id);
    const isCorrected = exchange.turns.some(({ answer }) =>
      answer.parts.every(({ provenance }) => provenance === 'caller'),
    );
    if (outcome?.correct === false && !isCorrected) continue;
    const said = history.filter(({ author }) => author !== 'system').map((message) => candidateOf(message));
    const candidates = [...(outcome?.choices ?? []).flatMap(outsidePiece), ...said];
    if (candidates.length < fewestPieces) continue;
    const quoted = new Set(evidenceOf(exchange, candidates));
    for (const id of outcome?.fetched ?? []) quoted.add(id);
    const seen = shownBy(outcome);
    const usable = candidates.filter(({ id }) => seen === null || seen.has(id) || quoted.has(id));
    const evidence = usable.filter(({ id }) => quoted.has(id)).map(({ id }) => id);
    if (evidence.length === 0 || evidence.length > usable.length / 2) continue;
    examples.push({ input: { query: textOf(asked), candidates: usable }, evidence, conversation });
  }
  return examples;
}

/** A message of a caller with all that was answered to it. */
interface Exchange {
  readonly conversation: string;
  readonly asked: Message;
  /** What stood before it. */
  readonly history: readonly Message[];
  readonly turns: AnsweredTurn[];
  /** The caller's next message, where that says that the answer missed something. */
  pointedBack: Message | null;
}

function exchangesOf(turns: readonly AnsweredTurn[]): Exchange[] {
  const exchanges = new Map<string, Exchange>();
  const latest = new Map<string, Exchange>();
  for (const turn of turns) {
    const { conversation, message, history } = turn;
    const at = message.author === 'user' ? history.length : history.findLastIndex(({ author }) => author === 'user');
    const asked = message.author === 'user' ? message : history[at];
    if (asked === undefined) continue;
    // A corrected turn stands several times in the lessons, and teaches as often.
    const isRepeat = exchanges.get(asked.id)?.turns.some((other) => other.message.id === message.id) === true;
    const key = isRepeat ? `${asked.id} ${exchanges.size}` : asked.id;
    let exchange = exchanges.get(key);
    if (exchange === undefined) {
      exchange = { conversation, asked, history: history.slice(0, at), turns: [], pointedBack: null };
      const before = latest.get(conversation);
      if (before !== undefined && before.asked.id !== asked.id && pointsBack.test(textOf(asked)))
        before.pointedBack = asked;
      exchanges.set(key, exchange);
      latest.set(conversation, exchange);
    }
    exchange.turns.push(turn);
  }
  return [...exchanges.values()];
}

/** Ids of pieces that the LLM had before it; null where nothing was held from it. */
function shownBy(outcome: ContextOutcome | undefined): ReadonlySet<string> | null {
  if (outcome === undefined || outcome.choices.length === 0) return null;
  return new Set(outcome.choices.filter(({ chosen }) => chosen).map(({ id }) => id));
}

/** A piece from outside the conversation, as the decision kept it. */
function outsidePiece({ id, kind, text }: ContextChoice): Candidate[] {
  if (kind === undefined || text === undefined) return [];
  return [{ id, kind: kind as Candidate['kind'], text, speaker: '', time: null, tokens: roughTokens(text) }];
}

function evidenceOf({ asked, turns, pointedBack }: Exchange, candidates: readonly Candidate[]): string[] {
  const known = wordsOf(textOf(asked));
  // Words that a tool brought in meanwhile came from there.
  for (const { message } of turns)
    if (message.author === 'tool') for (const word of wordsOf(textOf(message))) known.add(word);
  const said = pointedBack === null ? turns.map(({ answer }) => textOf(answer)).join(' ') : textOf(pointedBack);
  const values = turns.flatMap(valuesOf);
  const telling = (text: string): Set<string> => new Set([...wordsOf(text)].filter((word) => !known.has(word)));
  const [words, passed] = [telling(`${said} ${values.join(' ')}`), telling(values.join(' '))];
  const sets = candidates.map((candidate) => wordsOf(candidate.text));
  const holding = new Map<string, number>();
  for (const set of sets) for (const word of set) if (words.has(word)) holding.set(word, (holding.get(word) ?? 0) + 1);
  const isRare = (word: string): boolean => (holding.get(word) ?? 0) <= Math.max(maximumSpread * sets.length, 2);
  return candidates
    .filter((_, index) => {
      const shared = [...sets[index]!].filter((word) => words.has(word) && isRare(word));
      return shared.length >= minimumShared || shared.some((word) => passed.has(word));
    })
    .map((candidate) => candidate.id);
}

function valuesOf(turn: AnsweredTurn): string[] {
  if (turn.call === null) return [];
  return Object.values(turn.call.arguments).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2));
}
