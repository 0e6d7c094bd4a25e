import type { MinedProcess } from '../../engine/core/mined-process.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import type { Process, Step } from '../../engine/core/process.ts';

/** Processes that share at least this much of their steps (Jaccard) are versions of one. */
const likeness = 0.5;

/** Name of one definition for ever: the same definition has the same version, wherever it came from. */
export function versionOf(process: Process): string {
  return sha256(canonicalJson(process));
}

/** What a step does, whatever it is called. */
function signature(step: Step): string {
  if (step.kind === 'call') return `call ${step.tool} ${Object.keys(step.arguments).toSorted().join(' ')}`;
  return `${step.kind === 'ask' ? 'ask' : 'say'} ${step.text.toLowerCase().replaceAll(/\{[^}]*\}/g, '{}')}`;
}

/** Share of the steps of either that both have, in [0, 1]. */
function overlap(one: Process, other: Process): number {
  const [left, right] = [one, other].map(({ steps }) => new Set(steps.map(signature)));
  if (left === undefined || right === undefined || left.size + right.size === 0) return 0;
  const shared = [...left].filter((each) => right.has(each)).length;
  return shared / (left.size + right.size - shared);
}

/**
 * Which known process each candidate is a version of: the one with the most steps in common, or, where its steps are all
 * others, the one with its name. No known process is taken twice.
 */
export function matchProcesses<Known extends { readonly definition: Process }>(
  candidates: readonly MinedProcess[],
  known: readonly Known[],
): Map<MinedProcess, Known> {
  const pairs = candidates
    .flatMap((candidate) =>
      known.map((one) => ({
        candidate,
        one,
        score: overlap(candidate.process, one.definition),
        isNamesake: candidate.process.name === one.definition.name,
      })),
    )
    .filter(({ score, isNamesake }) => score >= likeness || isNamesake)
    .toSorted((a, b) => b.score - a.score || Number(b.isNamesake) - Number(a.isNamesake));
  const matches = new Map<MinedProcess, Known>();
  const taken = new Set<Known>();
  for (const { candidate, one } of pairs) {
    if (matches.has(candidate) || taken.has(one)) continue;
    matches.set(candidate, one);
    taken.add(one);
  }
  return matches;
}

/** The candidate with the name and the step ids of the process that it is a version of, so that only news differ. */
export function aligned(candidate: MinedProcess, known: Process): MinedProcess {
  const old = new Map(known.steps.map((step) => [signature(step), step.id]));
  const kept = new Map<string, string>();
  for (const step of candidate.process.steps) {
    const id = old.get(signature(step));
    if (id !== undefined && !new Set(kept.values()).has(id)) kept.set(step.id, id);
  }
  // A new step must not take an id that an old one gets back.
  const used = new Set([...kept.values(), ...known.steps.map((step) => step.id)]);
  for (const { id } of candidate.process.steps) {
    if (kept.has(id)) continue;
    let free = id;
    for (let next = 2; used.has(free); next += 1) free = `${id}_${next}`;
    kept.set(id, free);
    used.add(free);
  }
  return renamedSteps(candidate, (id) => kept.get(id) ?? id, known);
}

/**
 * Name of what a process does, whatever it and its steps are called and in whatever order they stand: so that what was
 * found before is known when it is found again.
 */
export function fingerprintOf(process: Process): string {
  const order = process.steps.map((step) => ({ id: step.id, key: signature(step) }));
  order.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const numbers = new Map(order.map(({ id }, index) => [id, `step${index}`]));
  const plain = withSteps(process, (id) => numbers.get(id) ?? id);
  const sorted = (items: readonly unknown[]): string[] => items.map(canonicalJson).toSorted();
  return sha256(
    canonicalJson([sorted(plain.slots), sorted(plain.steps), sorted(plain.edges), numbers.get(process.start)]),
  );
}

function renamedSteps(mined: MinedProcess, to: (id: string) => string, known: Process): MinedProcess {
  const path = pathsOf(mined.process, to);
  return {
    ...mined,
    process: { ...withSteps(mined.process, to), name: known.name },
    steps: mined.steps.map((evidence) => ({ ...evidence, step: to(evidence.step) })),
    edges: mined.edges.map((edge) => ({ ...edge, from: to(edge.from), to: to(edge.to) })),
    doubts: mined.doubts.map((doubt) => ({ ...doubt, where: doubt.where.split(' → ').map(path).join(' → ') })),
  };
}

/** `step.path` as conditions and texts have it, with the step's other id; a slot of that name means the slot. */
function pathsOf({ steps, slots }: Process, to: (id: string) => string): (text: string) => string {
  return (text) => {
    if (slots.some((slot) => slot.name === text)) return text;
    const step = steps.find(({ id }) => text === id || text.startsWith(`${id}.`))?.id;
    return step === undefined ? text : `${to(step)}${text.slice(step.length)}`;
  };
}

function withSteps(process: Process, to: (id: string) => string): Process {
  const path = pathsOf(process, to);
  const words = (text: string): string => text.replaceAll(/\{([\w.-]+)\}/g, (_, inside: string) => `{${path(inside)}}`);
  const step = (one: Step): Step => {
    if (one.kind !== 'call') return { ...one, id: to(one.id), text: words(one.text) };
    const given = Object.entries(one.arguments).map(([name, origin]) => [
      name,
      origin.from === 'result' ? { ...origin, step: to(origin.step) } : origin,
    ]);
    return { ...one, id: to(one.id), arguments: Object.fromEntries(given) as typeof one.arguments };
  };
  return {
    ...process,
    steps: process.steps.map(step),
    edges: process.edges.map(({ from, to: target, when }) => ({
      from: to(from),
      to: to(target),
      ...(when === undefined ? {} : { when: { ...when, path: path(when.path) } }),
    })),
    start: to(process.start),
  };
}
