import type { MinedProcess, StepEvidence, Witness } from '../../engine/core/mined-process.ts';
import { conformanceOf, type Walk } from './conformance.ts';
import type { Findings } from './findings.ts';
import { callAt } from './run.ts';

const mostWordings = 8;
const mostWitnesses = 5;
const mostConversations = 300;
const longestWording = 300;
const repeatedShare = 0.1;
const optionalShare = 0.9;

/** Numbers and examples behind each step. */
export function stepEvidence({ runs, graph, ids }: Findings): StepEvidence[] {
  const place = new Map(graph.steps.map(({ key }, at) => [key, at]));
  const held = graph.steps.map(() => ({
    count: 0,
    runs: 0,
    repeated: 0,
    passed: 0,
    wordings: new Map<string, number>(),
    witnesses: [] as Witness[],
  }));
  for (const run of runs) {
    const places = run.taken.flatMap(({ key }) => place.get(key) ?? []);
    const last = Math.max(...places);
    const counts = new Map<number, number>();
    for (const { key, at } of run.taken) {
      const step = place.get(key);
      if (step === undefined) continue;
      counts.set(step, (counts.get(step) ?? 0) + 1);
      const one = held[step] as (typeof held)[number];
      const move = run.moves[at];
      const call = callAt(run, at);
      const text = (
        call === undefined ? (move?.kind === 'reply' ? move.text : '') : JSON.stringify(call.arguments)
      ).slice(0, longestWording);
      one.wordings.set(text, (one.wordings.get(text) ?? 0) + 1);
      if (one.witnesses.length < mostWitnesses && move !== undefined)
        one.witnesses.push({ conversation: run.conversation, message: move.message });
    }
    for (const [step, one] of held.entries()) {
      const times = counts.get(step) ?? 0;
      one.count += times;
      if (times > 0) one.runs += 1;
      if (times > 1) one.repeated += 1;
      if (times === 0 && step < last) one.passed += 1;
    }
  }
  return graph.steps.map(({ key }, at) => {
    const one = held[at] as (typeof held)[number];
    return {
      step: ids.get(key) as string,
      count: one.count,
      runs: one.runs,
      wordings: [...one.wordings]
        .map(([text, count]) => ({ text, count }))
        .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
        .slice(0, mostWordings),
      witnesses: one.witnesses,
      isOptional: one.runs < optionalShare * (one.runs + one.passed),
      isRepeated: one.repeated >= repeatedShare * Math.max(1, one.runs),
    };
  });
}

/** Graph and runs in numbers, for conformance: what the runs do beside the steps of the graph (small talk) is left out. */
export function walkOf({ graph }: Findings, steps: readonly StepEvidence[]): Walk {
  const place = new Map(graph.steps.map(({ key }, at) => [key, at]));
  return {
    starts: graph.steps.length === 0 ? [] : [0],
    edges: graph.edges.map(({ from, to }) => [place.get(from) as number, place.get(to) as number] as const),
    isOptional: (step) => steps[step]?.isOptional === true || steps[step]?.runs === 0,
    size: graph.steps.length,
  };
}

export function conformanceOfRuns(
  findings: Findings,
  steps: readonly StepEvidence[],
): { fitness: number; precision: number } {
  const place = new Map(findings.graph.steps.map(({ key }, at) => [key, at]));
  const runs = findings.runs.map(({ taken }) => taken.flatMap(({ key }) => place.get(key) ?? []));
  return conformanceOf(runs, walkOf(findings, steps));
}

export function edgeEvidence({ graph, ids }: Findings): MinedProcess['edges'] {
  return graph.edges.map(({ from, to, runs }) => ({ from: ids.get(from) as string, to: ids.get(to) as string, runs }));
}

export function conversationsOf({ runs }: Findings): string[] {
  return [...new Set(runs.map(({ conversation }) => conversation))].slice(0, mostConversations);
}
