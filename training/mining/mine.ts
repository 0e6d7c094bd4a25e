import type { Conversation } from '../../engine/core/conversation.ts';
import type { EdgeEvidence, MinedProcess, StepEvidence } from '../../engine/core/mined-process.ts';
import type { Edge, Slot, Step } from '../../engine/core/process.ts';
import { answeredTurns } from '../examples/answered-turn.ts';
import { findPayloadTools } from '../examples/payload-tools.ts';
import type { Mining, MiningOptions } from './mining.ts';
import { movesOf, type Move } from './moves.ts';

const usualSupport = 5;
/** A wording is a step where it is said at least so often. */
const minimumSaid = 3;

interface Run {
  readonly conversation: string;
  readonly steps: readonly { readonly step: string; readonly move: Move }[];
}

/** From conversations without process labels to candidate processes. The same log and seed give the same processes. */
export async function mineProcesses(
  conversations: readonly Conversation[],
  { progress, signal, minimumSupport = usualSupport }: MiningOptions,
): Promise<Mining> {
  const payload = new Set(findPayloadTools(answeredTurns(conversations)).keys());
  const counts = new Map<string, number>();
  for (const conversation of conversations) {
    for (const move of movesOf(conversation)) {
      if (move.kind === 'reply') counts.set(fold(move.text), (counts.get(fold(move.text)) ?? 0) + 1);
    }
  }
  const runs = new Map<string, Run[]>();
  const left = { conversations: 0, replies: 0, calls: 0, payloadTools: [...payload].sort() };
  for (const [done, conversation] of conversations.entries()) {
    signal?.throwIfAborted();
    if (done % 1000 === 0) progress({ stage: 'mine', done, total: conversations.length });
    const steps: { step: string; move: Move }[] = [];
    let tool: string | null = null;
    for (const move of movesOf(conversation)) {
      if (move.kind === 'call' && !payload.has(move.tool)) {
        steps.push({ step: `call ${move.tool}`, move });
        tool ??= move.tool;
      } else if (move.kind === 'reply') {
        if ((counts.get(fold(move.text)) ?? 0) >= minimumSaid) steps.push({ step: `say ${fold(move.text)}`, move });
        else left.replies += 1;
      }
    }
    if (tool === null) left.conversations += 1;
    else runs.set(tool, [...(runs.get(tool) ?? []), { conversation: conversation.id, steps }]);
  }
  const total = [...runs.values()].reduce((sum, group) => sum + group.length, 0);
  const processes = [...runs]
    .filter(([, group]) => group.length >= minimumSupport)
    .map(([tool, group]) => processOf(tool, group, total))
    .sort((a, b) => b.support - a.support);
  const notices =
    processes.length > 0 ? [] : [`no tool was called in ${minimumSupport} conversations; import more of them`];
  return { processes, left, notices };
}

function fold(text: string): string {
  return text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

function processOf(tool: string, runs: readonly Run[], total: number): MinedProcess {
  const held = new Map<string, { count: number; runs: Set<string>; moves: Move[] }>();
  const follow = new Map<string, Map<string, number>>();
  for (const { conversation, steps } of runs) {
    for (const [index, { step, move }] of steps.entries()) {
      const known = held.get(step) ?? { count: 0, runs: new Set<string>(), moves: [] };
      held.set(step, known);
      known.count += 1;
      known.runs.add(conversation);
      if (known.moves.length < 5) known.moves.push(move);
      const next = steps[index + 1]?.step;
      if (next === undefined || next === step) continue;
      const row = follow.get(step) ?? new Map<string, number>();
      follow.set(step, row.set(next, (row.get(next) ?? 0) + 1));
    }
  }
  const kept = [...held].filter(([, { runs: seen }]) => seen.size >= Math.max(2, runs.length * 0.1));
  const names = new Map(kept.map(([step], index) => [step, `step_${index + 1}`]));
  const slots: Slot[] = [];
  const steps: Step[] = [];
  for (const [key, { moves }] of kept) {
    const id = names.get(key) as string;
    const move = moves[0] as Move;
    if (move.kind === 'call') {
      const names = Object.keys(move.arguments);
      for (const name of names) slots.push({ name, schema: {}, required: true });
      const template = Object.fromEntries(names.map((name) => [name, { from: 'slot', slot: name } as const]));
      steps.push({ id, kind: 'call', tool: move.tool, arguments: template });
    } else if (move.kind === 'reply') steps.push({ id, kind: 'tell', text: move.text });
  }
  const edges: EdgeEvidence[] = [];
  for (const [key] of kept) {
    const best = [...(follow.get(key) ?? [])].filter(([to]) => names.has(to)).sort((a, b) => b[1] - a[1])[0];
    if (best) edges.push({ from: names.get(key) as string, to: names.get(best[0]) as string, runs: best[1] });
  }
  const evidence = kept.map(([key, { count, runs: seen, moves }]): StepEvidence => ({
    step: names.get(key) as string,
    count,
    runs: seen.size,
    wordings: moves.slice(0, 1).map((move) => ({ text: move.kind === 'reply' ? move.text : tool, count })),
    witnesses: moves.map((move, index) => ({ conversation: [...seen][index] ?? '', message: move.message })),
    isOptional: seen.size < runs.length * 0.8,
    isRepeated: count > seen.size,
  }));
  const unique = [...new Map(slots.map((slot) => [slot.name, slot])).values()];
  const plain: Edge[] = edges.map(({ from, to }) => ({ from, to }));
  return {
    process: { name: tool, description: '', slots: unique, steps, edges: plain, start: steps[0]?.id ?? '' },
    support: runs.length,
    coverage: runs.length / Math.max(1, total),
    fitness: 0,
    precision: 0,
    steps: evidence,
    edges,
    doubts: [{ where: '', reason: 'order and origins were only counted, not checked' }],
    conversations: runs.slice(0, 300).map(({ conversation }) => conversation),
  };
}
