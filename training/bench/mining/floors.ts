import type { Conversation } from '../../../engine/core/conversation.ts';
import { seededRandom } from '../../../engine/core/random.ts';
import { escalateStep } from '../../../models/lppm/example.ts';
import { fold } from '../../mining/masks.ts';
import { movesOf, type Move } from '../../mining/moves.ts';
import { wordsOf } from '../../mining/scalars.ts';
import { groupingScore, setScore } from './scores.ts';
import { querySteps, type TrueProcess, type Truth } from './truth.ts';

interface Labelled {
  readonly move: Move;
  readonly step: string;
  readonly process: string | null;
  readonly conversation: number;
}

const rounds = 12;
const mostFeatures = 400;

/**
 * What mining must beat, on the same moves: the same words are the same step; k-means over TF-IDF (with as many groups as
 * there are true steps, which no miner is told); the next tool called is the process; tools in the order they follow each
 * other are the graph.
 */
export function miningFloors(
  conversations: readonly Conversation[],
  truth: Truth,
  definitions: readonly TrueProcess[],
  seed: number,
): Record<string, unknown> {
  const labelled: Labelled[] = [];
  const tools: string[] = [];
  for (const [index, conversation] of conversations.entries()) {
    const moves = movesOf(conversation);
    const next = nextTools(moves);
    for (const [at, label] of (truth.get(conversation.id) ?? []).entries()) {
      const move = moves[at];
      if (move === undefined || typeof label?.step !== 'string' || label.step === escalateStep) continue;
      labelled.push({
        move,
        step: label.step === querySteps ? `${querySteps} ${label.process}` : label.step,
        process: label.process,
        conversation: index,
      });
      tools.push(next[at] ?? '');
    }
  }
  const steps = labelled.map(({ step }) => step);
  const wording = ({ move }: Labelled): string =>
    move.kind === 'call' ? `call ${move.tool}` : move.kind === 'reply' ? fold(move.text) : '';
  const counts = new Map<string, number>();
  for (const one of labelled) counts.set(wording(one), (counts.get(wording(one)) ?? 0) + 1);
  const exact = labelled.map((one) => ((counts.get(wording(one)) ?? 0) > 1 ? wording(one) : null));
  const clustered = kMeans(labelled.map(wording), new Set(steps).size, seed);
  const processes = labelled.map(({ process }) => process ?? '');
  const talks = conversations.map((_, index) =>
    labelled
      .filter((one) => one.conversation === index)
      .map(wording)
      .join(' '),
  );
  const grouped = kMeans(talks, new Set(processes).size, seed);
  return {
    steps: { exactText: groupingScore(steps, exact), kMeans: groupingScore(steps, clustered) },
    tasks: {
      nextTool: groupingScore(processes, tools),
      kMeansOfConversations: groupingScore(
        processes,
        labelled.map(({ conversation }) => grouped[conversation] as string),
      ),
    },
    ...(definitions.some(({ edges }) => edges.size > 0)
      ? { edges: { directlyFollowingTools: toolGraph(conversations, definitions) } }
      : {}),
  };
}

/** Tool called next, else the last one. */
function nextTools(moves: readonly Move[]): (string | null)[] {
  const tools = moves.map((move) => (move.kind === 'call' ? move.tool : null));
  const next = [...tools];
  for (let at = next.length - 2; at >= 0; at -= 1) next[at] ??= next[at + 1] ?? null;
  for (let at = 1; at < next.length; at += 1) next[at] ??= next[at - 1] ?? null;
  return next;
}

/** Every edge of a graph of tools is one between calls: what is said between them is not in it. */
function toolGraph(
  conversations: readonly Conversation[],
  definitions: readonly TrueProcess[],
): ReturnType<typeof setScore> {
  const edges = new Set<string>();
  for (const conversation of conversations) {
    const tools = movesOf(conversation).flatMap((move) => (move.kind === 'call' ? [move.tool] : []));
    for (const [at, tool] of tools.entries())
      if (at > 0 && tools[at - 1] !== tool) edges.add(`${tools[at - 1]}\0${tool}`);
  }
  const wanted = definitions.reduce((sum, definition) => sum + definition.edges.size, 0);
  const right = definitions.filter((definition) => definition.edges.has(`${querySteps}\0${querySteps}`)).length;
  return setScore(right, edges.size, wanted);
}

/** Spherical k-means (Dhillon and Modha 2001) over TF-IDF of words, begun with k-means++. */
function kMeans(texts: readonly string[], k: number, seed: number): string[] {
  const distinct = [...new Set(texts)];
  const vectors = vectorsOf(distinct);
  const random = seededRandom(seed);
  const dot = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number => {
    let sum = 0;
    for (const [word, weight] of a) sum += weight * (b.get(word) ?? 0);
    return sum;
  };
  const centres: Map<string, number>[] = [new Map(vectors[Math.floor(random() * vectors.length)] ?? [])];
  const nearest = vectors.map((vector) => 1 - dot(vector, centres[0] as Map<string, number>));
  while (centres.length < Math.min(k, vectors.length)) {
    let at = random() * nearest.reduce((sum, far) => sum + Math.max(0, far), 0);
    let chosen = nearest.findIndex((far) => (at -= Math.max(0, far)) <= 0);
    if (chosen < 0) chosen = vectors.length - 1;
    const centre = new Map(vectors[chosen] as ReadonlyMap<string, number>);
    centres.push(centre);
    for (const [index, vector] of vectors.entries())
      nearest[index] = Math.min(nearest[index] as number, 1 - dot(vector, centre));
  }
  let groups: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    groups = vectors.map((vector) => {
      let best = 0;
      let most = -1;
      for (const [index, centre] of centres.entries()) {
        const alike = dot(vector, centre);
        if (alike > most) [best, most] = [index, alike];
      }
      return best;
    });
    for (const centre of centres) centre.clear();
    for (const [index, group] of groups.entries()) {
      const centre = centres[group] as Map<string, number>;
      for (const [word, weight] of vectors[index] as ReadonlyMap<string, number>)
        centre.set(word, (centre.get(word) ?? 0) + weight);
    }
    for (const centre of centres) unit(centre);
  }
  const byText = new Map(distinct.map((text, index) => [text, String(groups[index])]));
  return texts.map((text) => byText.get(text) as string);
}

function vectorsOf(texts: readonly string[]): Map<string, number>[] {
  const held = new Map<string, number>();
  const bags = texts.map((text) => {
    const bag = new Map<string, number>();
    for (const word of wordsOf(text).slice(0, mostFeatures)) bag.set(word, (bag.get(word) ?? 0) + 1);
    for (const word of bag.keys()) held.set(word, (held.get(word) ?? 0) + 1);
    return bag;
  });
  for (const bag of bags) {
    for (const [word, count] of bag)
      bag.set(word, (1 + Math.log(count)) * Math.log(1 + texts.length / (held.get(word) as number)));
    unit(bag);
  }
  return bags;
}

function unit(vector: Map<string, number>): void {
  let square = 0;
  for (const weight of vector.values()) square += weight * weight;
  const length = Math.sqrt(square) || 1;
  for (const [word, weight] of vector) vector.set(word, weight / length);
}
