import { setImmediate } from 'node:timers/promises';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { MinedProcess } from '../../engine/core/mined-process.ts';
import type { Process } from '../../engine/core/process.ts';
import type { JsonSchema, ToolDefinition } from '../../engine/core/tool-definition.ts';
import { answeredTurns } from '../examples/answered-turn.ts';
import { findPayloadTools } from '../examples/payload-tools.ts';
import { definitionOf } from './definition.ts';
import { Discovery, type Topic } from './discovery.ts';
import { doubtsOf } from './doubts.ts';
import { conformanceOfRuns, conversationsOf, edgeEvidence, stepEvidence } from './evidence.ts';
import { findingsOf, type Findings } from './findings.ts';
import { MiningLog } from './mining-log.ts';
import type { Mining, MiningOptions } from './mining.ts';
import { Names, toolName } from './names.ts';
import { noticesOf } from './notices.ts';
import type { Run } from './run.ts';
import { splitsOf } from './splits.ts';

const usualSupport = 5;
const conversationsPerBreath = 500;
/** Conversations that payload tools are found in. */
const mostForPayloads = 3000;

/** What mining found, with all that measures and matches need beside the candidates themselves. */
export interface MinedLog {
  readonly mining: Mining;
  readonly discovery: Discovery;
  /** In the order of `mining.processes`. */
  readonly found: readonly { readonly topic: number; readonly findings: Findings }[];
}

/**
 * From conversations without process labels to candidate processes. The same conversations in the same order give the same
 * processes; no step of it is random. Reads each conversation once and holds a sample of them, so an iterator over a log of
 * any length will do.
 *
 * @throws the signal's reason when it is aborted
 */
export async function mineProcesses(
  conversations: Iterable<Conversation> | AsyncIterable<Conversation>,
  options: MiningOptions,
): Promise<Mining> {
  return (await mineInFull(conversations, options)).mining;
}

export async function mineInFull(
  conversations: Iterable<Conversation> | AsyncIterable<Conversation>,
  { progress, signal, known = [], minimumSupport = usualSupport }: MiningOptions,
): Promise<MinedLog> {
  const total = Array.isArray(conversations) ? conversations.length : null;
  const log = new MiningLog();
  for await (const conversation of conversations) {
    log.add(conversation);
    if (log.traces.length % conversationsPerBreath !== 0) continue;
    progress({ stage: 'read conversations', done: log.traces.length, total });
    await setImmediate();
    signal?.throwIfAborted();
  }
  progress({ stage: 'find steps and tasks', done: 0, total: null });
  await setImmediate();
  signal?.throwIfAborted();
  const sample = [...log.sample.values()];
  const payload = new Set(findPayloadTools(answeredTurns(sample.slice(0, mostForPayloads))).keys());
  const discovery = new Discovery(log, minimumSupport);
  const { topics, left, excluded } = discovery.topics((tool) => payload.has(tool));
  const names = new Names();
  const declared = declaredBy(sample);
  const all = topics.reduce((sum, { support }) => sum + support, 0);
  const candidates = topics.filter(({ support }) => support >= minimumSupport).flatMap(partsOf);
  const processes: MinedProcess[] = [];
  const found: { topic: number; findings: Findings }[] = [];
  for (const [done, candidate] of candidates.entries()) {
    progress({ stage: 'find processes', done, total: candidates.length });
    await setImmediate();
    signal?.throwIfAborted();
    const findings = findingsOf(candidate.runs, {
      isCall: (key) => discovery.isCall(key),
      homeOf: (key) => discovery.homeOf(key, candidate.topic),
      declared: new Map(candidate.tools.flatMap((tool) => [...(declared.get(tool) ?? [])])),
      known: knownAs(candidate, known),
    });
    if (findings.graph.steps.length === 0) continue;
    processes.push(minedProcess(candidate, findings, names, known, all));
    found.push({ topic: candidate.topic, findings });
  }
  const weak = topics.filter(({ support, tools }) => support < minimumSupport && tools.length > 0);
  const notices = noticesOf({ log, sample, processes, payload: excluded, weak, minimumSupport });
  const mining: Mining = { processes, left: { ...left, payloadTools: excluded }, notices };
  return { mining, discovery, found };
}

interface Candidate extends Topic {
  readonly label: string;
}

/** A topic's processes, each with its share of the runs of the whole log. */
function partsOf(topic: Topic): Candidate[] {
  return splitsOf(topic.runs).map(({ label, runs }) => ({
    ...topic,
    label,
    runs,
    support: Math.round((topic.support * runs.length) / Math.max(1, topic.runs.length)),
  }));
}

function minedProcess(
  candidate: Candidate,
  findings: Findings,
  names: Names,
  known: readonly Process[],
  all: number,
): MinedProcess {
  const same = knownAs(candidate, known);
  const name = same !== undefined && names.take(same.name) ? same.name : names.of(nameOf(candidate, findings));
  const description = same?.description ?? descriptionOf(findings.runs);
  const steps = stepEvidence(findings);
  return {
    process: definitionOf(name, description, findings),
    support: candidate.support,
    coverage: candidate.support / Math.max(1, all),
    ...conformanceOfRuns(findings, steps),
    steps,
    edges: edgeEvidence(findings),
    doubts: doubtsOf(findings),
    conversations: conversationsOf(findings),
  };
}

function nameOf({ tools, label }: Candidate, findings: Findings): string {
  if (tools.length > 0) return `${tools.slice(0, 2).map(toolName).join(' and ')} ${label}`.trim();
  return findings.ids.get(findings.graph.steps[0]?.key ?? '') ?? 'talk';
}

/** What users asked for, in the words of one of them. */
function descriptionOf(runs: readonly Run[]): string {
  for (const { taken, moves } of runs) {
    const first = taken[0]?.at ?? 0;
    const move = moves.slice(0, first).findLast(({ kind }) => kind === 'said');
    if (move?.kind === 'said' && move.text.length >= 20 && move.text.length <= 200)
      return `Asked for like “${move.text.trim()}”`;
  }
  return '';
}

/** The defined process that calls the same tools; of several the one of the same name. */
function knownAs({ tools, label }: Candidate, known: readonly Process[]): Process | undefined {
  if (tools.length === 0) return undefined;
  const same = known.filter(({ steps }) => {
    const called = new Set(steps.flatMap((step) => (step.kind === 'call' ? [step.tool] : [])));
    return called.size === tools.length && tools.every((tool) => called.has(tool));
  });
  return label === '' ? same[0] : same.find(({ name }) => name.includes(label.toLowerCase()));
}

/** Schemas that tools declare, by tool and argument. */
function declaredBy(sample: readonly Conversation[]): Map<string, Map<string, JsonSchema>> {
  const declared = new Map<string, Map<string, JsonSchema>>();
  const lists = new Set<readonly ToolDefinition[]>(sample.map(({ tools }) => tools));
  for (const tools of lists) {
    for (const { name, parameters } of tools) {
      if (declared.has(name)) continue;
      const properties = parameters['properties'];
      const own =
        properties !== null && typeof properties === 'object'
          ? Object.entries(properties as Record<string, unknown>)
          : [];
      declared.set(
        name,
        new Map(
          own.filter((entry): entry is [string, JsonSchema] => typeof entry[1] === 'object' && entry[1] !== null),
        ),
      );
    }
  }
  return declared;
}
