import type { Edge, Origin, Process, Slot, Step } from '../../engine/core/process.ts';
import type { Findings } from './findings.ts';
import { schemaOf } from './slots.ts';

/** A slot is required where so many of the calls hold it. */
const requiredShare = 0.9;

/** What the findings say, as a process that the runner can follow. */
export function definitionOf(name: string, description: string, findings: Findings): Process {
  const { graph, ids, questions, texts, tools, origins } = findings;
  const slots = slotsOf(findings);
  const known = new Set(slots.map((slot) => slot.name));
  const edges = edgesOf(findings, known);
  const isLast = (key: string): boolean => !edges.some(({ from }) => from === ids.get(key));
  const steps = graph.steps.map(({ key, isCall }): Step => {
    const id = ids.get(key) as string;
    if (isCall) {
      const own = origins.filter(({ step }) => step === key);
      const entries = own.map(({ argument, origin }): [string, Origin] => {
        if (origin.from === 'prose') return [argument, { from: 'slot', slot: argument }];
        if (origin.from === 'constant') return [argument, origin];
        return [argument, { ...origin, step: ids.get(origin.step) as string }];
      });
      return { id, kind: 'call', tool: tools.get(key) as string, arguments: Object.fromEntries(entries) };
    }
    const text = texts.get(key)?.text ?? '';
    const slot = slotAsked(findings, key);
    if (slot !== null && known.has(slot)) return { id, kind: 'ask', slot, text };
    return { id, kind: isLast(key) && !questions.has(key) ? 'end' : 'tell', text };
  });
  return { name, description, slots, steps, edges, start: steps[0]?.id ?? '' };
}

/** Slot that a step asks for: an argument, or the consent without which the next call is not made. */
export function slotAsked({ questions, graph, ids }: Findings, key: string): string | null {
  const question = questions.get(key);
  if (question === undefined) return null;
  if (question.argument !== null) return question.argument;
  const isConsent = graph.edges.some(
    ({ from, to }) => from === key && graph.steps.some((step) => step.key === to && step.isCall),
  );
  return isConsent ? `${ids.get(key) as string}_answer` : null;
}

function slotsOf(findings: Findings): Slot[] {
  const { origins, graph, questions, texts, declared } = findings;
  const byName = new Map<string, typeof origins>();
  for (const one of origins) {
    if (one.origin.from === 'prose') byName.set(one.argument, [...(byName.get(one.argument) ?? []), one]);
  }
  const slots = [...byName].map(([name, own]): Slot => {
    const asking = graph.steps
      .filter(({ key }) => questions.get(key)?.argument === name)
      .sort((a, b) => (questions.get(b.key)?.answered ?? 0) - (questions.get(a.key)?.answered ?? 0))[0];
    const question = asking === undefined ? undefined : texts.get(asking.key)?.text;
    const held = own.reduce((sum, { count }) => sum + count, 0);
    const calls = own.reduce((sum, one) => sum + one.calls, 0);
    const schema = schemaOf(own, declared.get(name));
    return { name, schema, ...(question === undefined ? {} : { question }), required: held >= requiredShare * calls };
  });
  for (const { key } of graph.steps) {
    const name = slotAsked(findings, key);
    if (name === null || byName.has(name) || questions.get(key)?.argument !== null) continue;
    slots.push({ name, schema: { type: 'boolean' }, question: texts.get(key)?.text ?? '', required: true });
  }
  return slots;
}

/**
 * Ways with their conditions; the most used way of a step is taken where no condition fits. A way that would turn in a
 * circle without asking is left out.
 */
function edgesOf(findings: Findings, known: ReadonlySet<string>): Edge[] {
  const { graph, ids, conditions } = findings;
  const edges: Edge[] = [];
  for (const { key } of graph.steps) {
    const own = graph.edges.filter(({ from }) => from === key).sort((a, b) => b.runs - a.runs);
    const consent = slotAsked(findings, key);
    const isConsent = consent !== null && findings.questions.get(key)?.argument === null;
    for (const [at, { from, to }] of own.entries()) {
      const ends = { from: ids.get(from) as string, to: ids.get(to) as string };
      const isCall = graph.steps.some((step) => step.key === to && step.isCall);
      const rules = conditions.filter((one) => one.from === from && one.to === to);
      for (const { path, isArgument, equals } of rules) {
        if (!isArgument) edges.push({ ...ends, when: { path: `${ends.from}.${path}`, equals } });
        else if (known.has(path)) edges.push({ ...ends, when: { path, equals } });
      }
      if (isConsent && isCall && consent !== null) edges.push({ ...ends, when: { path: consent, equals: true } });
      else if (at === 0 || rules.length === 0) edges.push(ends);
    }
  }
  return withoutCircles(edges, (id) => isAsking(findings, id, known));
}

function isAsking(findings: Findings, id: string, known: ReadonlySet<string>): boolean {
  for (const [key, own] of findings.ids) {
    if (own !== id) continue;
    const slot = slotAsked(findings, key);
    return slot !== null && known.has(slot);
  }
  return false;
}

/** The runner stops only at questions: of a circle without one, the edge that closes it goes. */
function withoutCircles(edges: readonly Edge[], isAsk: (id: string) => boolean): Edge[] {
  const kept: Edge[] = [];
  for (const edge of edges) {
    const reached = new Set<string>();
    const queue = isAsk(edge.to) ? [] : [edge.to];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (reached.has(id) || isAsk(id)) continue;
      reached.add(id);
      for (const { from, to } of kept) if (from === id) queue.push(to);
    }
    if (!reached.has(edge.from) || isAsk(edge.from)) kept.push(edge);
  }
  return kept;
}
