import type { Doubt } from '../../engine/core/mined-process.ts';
import type { Findings } from './findings.ts';

const fewRuns = 20;
const weakShare = 0.6;
const rareShare = 0.1;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What a person should look at before approving, the gravest first. */
export function doubtsOf(findings: Findings): Doubt[] {
  const { runs, graph, origins, texts, conditions, ids } = findings;
  const doubts: Doubt[] = [];
  const id = (key: string): string => ids.get(key) ?? key;
  if (runs.length < fewRuns) {
    doubts.push({
      where: '',
      reason: `only ${runs.length} runs stand behind it; the order of its steps may be chance`,
    });
  }
  for (const { step, argument, origin, share, count } of origins) {
    if (origin.from !== 'prose' || share >= weakShare) continue;
    const reason = `in ${percent(1 - share)} of ${count} calls its value does not stand in what the user wrote, nor in a result`;
    doubts.push({ where: `${id(step)}.${argument}`, reason });
  }
  for (const { before, after, counts } of graph.contested) {
    const reason = `the two steps come in both orders (${counts[0]} : ${counts[1]})`;
    doubts.push({ where: `${id(before)} → ${id(after)}`, reason });
  }
  for (const { key, isCall } of graph.steps) {
    const ways = graph.edges.filter(({ from }) => from === key);
    const open = ways.filter(({ to }) => !conditions.some((one) => one.from === key && one.to === to));
    if (!isCall || open.length < 2) continue;
    const list = ways.map(({ to, runs: count }) => `${count} times to ${id(to)}`).join(', ');
    doubts.push({ where: id(key), reason: `it goes on in several ways (${list}) and nothing in the log tells which` });
  }
  for (const [key, { hasUnknown, share }] of texts) {
    if (!hasUnknown) continue;
    doubts.push({
      where: id(key),
      reason: `its text changes (the most frequent form is ${percent(share)}) and no source of the changing part was found`,
    });
  }
  for (const { key, runs: held } of graph.steps) {
    if (held < rareShare * runs.length)
      doubts.push({ where: id(key), reason: `taken in only ${held} of ${runs.length} runs` });
  }
  for (const { key, count } of graph.detours) {
    const text = textOf(findings, key);
    doubts.push({ where: '', reason: `said ${count} times at no fixed place, so left out of the graph: “${text}”` });
  }
  return doubts;
}

function textOf({ runs }: Findings, key: string): string {
  for (const { taken, moves } of runs) {
    const at = taken.find((one) => one.key === key)?.at;
    const move = at === undefined ? undefined : moves[at];
    if (move?.kind === 'reply') return move.text.slice(0, 120);
  }
  return '';
}
