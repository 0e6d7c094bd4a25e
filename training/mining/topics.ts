import type { Trace } from './mining-log.ts';

/** Share of the conversations of each of two tools in which the other is used too, from which they serve one purpose. */
const togetherShare = 0.8;
const fewestTogether = 5;
/** A tool that is hardly ever used without another, mostly with a value of it, and often after it, is a part of its work. */
const neverAlone = 0.95;
const mostlyFed = 0.8;
const oftenEnough = 0.6;
/** Steps without a tool belong together where so large a part of their conversations is the same (Jaccard). */
const likeness = 0.3;

/**
 * Topic of each call step: its own, or one with the tools that it is nearly always used together with. `flow` counts the
 * conversations in which one of two tools takes up a value of the other.
 */
export function topicsOfTools(
  traces: readonly Trace[],
  isCall: (step: number) => boolean,
  flow: (one: number, other: number) => number,
): Map<number, number> {
  const single = new Map<number, number>();
  const pairs = new Map<string, number>();
  for (const trace of traces) {
    const tools = [...new Set(trace)].filter((step) => step >= 0 && isCall(step)).sort((a, b) => a - b);
    for (const tool of tools) single.set(tool, (single.get(tool) ?? 0) + 1);
    // A conversation with many tools says little about any two of them.
    if (tools.length > 12) continue;
    for (const [index, tool] of tools.entries()) {
      for (const other of tools.slice(index + 1))
        pairs.set(`${tool} ${other}`, (pairs.get(`${tool} ${other}`) ?? 0) + 1);
    }
  }
  const joined = new Joined();
  for (const [pair, times] of pairs) {
    const [one, other] = pair.split(' ').map(Number) as [number, number];
    if (times < fewestTogether) continue;
    const [rare, frequent] = [single.get(one) as number, single.get(other) as number].sort((a, b) => a - b) as [
      number,
      number,
    ];
    const fed = flow(one, other);
    const isPart = times >= neverAlone * rare && fed >= mostlyFed * rare && times >= oftenEnough * frequent;
    if (times >= togetherShare * frequent || isPart) joined.join(one, other);
  }
  const topics = new Map<number, number>();
  const named = new Map<number, number>();
  for (const tool of [...single.keys()].sort((a, b) => a - b)) {
    const root = joined.root(tool);
    if (!named.has(root)) named.set(root, named.size);
    topics.set(tool, named.get(root) as number);
  }
  return topics;
}

/** Groups of steps that occur together in conversations without any tool. */
export function topicsOfTalk(
  traces: readonly Trace[],
  isCall: (step: number) => boolean,
  minimumSupport: number,
): number[][] {
  const single = new Map<number, number>();
  const beside = new Map<number, number>();
  const pairs = new Map<string, number>();
  for (const trace of traces) {
    const steps = [...new Set(trace)].filter((step) => step >= 0).sort((a, b) => a - b);
    if (steps.some(isCall)) for (const step of steps) beside.set(step, (beside.get(step) ?? 0) + 1);
    if (steps.length < 2 || steps.length > 40 || steps.some(isCall)) continue;
    for (const step of steps) single.set(step, (single.get(step) ?? 0) + 1);
    for (const [index, step] of steps.entries()) {
      for (const other of steps.slice(index + 1))
        pairs.set(`${step} ${other}`, (pairs.get(`${step} ${other}`) ?? 0) + 1);
    }
  }
  // What is mostly said beside a tool belongs to its topic: these conversations only ended early.
  const isTalk = (step: number): boolean => (beside.get(step) ?? 0) * 2 < (single.get(step) ?? 0);
  const joined = new Joined();
  for (const [pair, times] of pairs) {
    const [one, other] = pair.split(' ').map(Number) as [number, number];
    if (!isTalk(one) || !isTalk(other)) continue;
    const either = (single.get(one) as number) + (single.get(other) as number) - times;
    if (times >= minimumSupport && times >= likeness * either) joined.join(one, other);
  }
  const groups = new Map<number, number[]>();
  for (const step of [...single.keys()].filter(isTalk).sort((a, b) => a - b)) {
    const root = joined.root(step);
    groups.set(root, [...(groups.get(root) ?? []), step]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Sets that are joined pair by pair (union-find; Galler and Fischer 1964). */
class Joined {
  readonly #parents = new Map<number, number>();

  root(item: number): number {
    let at = item;
    for (let parent = this.#parents.get(at); parent !== undefined; parent = this.#parents.get(at)) at = parent;
    return at;
  }

  join(one: number, other: number): void {
    const [low, high] = [this.root(one), this.root(other)].sort((a, b) => a - b) as [number, number];
    if (low !== high) this.#parents.set(high, low);
  }
}
