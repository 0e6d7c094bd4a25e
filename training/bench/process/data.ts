import { escalateStep, type DialogueTurn, type LppmExample, type StepAction } from '../../../models/lppm/example.ts';
import type { TaggedTurn } from '../../../models/lppm/values/tagger.ts';
import { carve, readRecords, readSplit, refuseOverlap, type BenchRecord } from '../records.ts';
import type { BenchOptions } from '../report.ts';

/** A turn of the next agent, its dialogue before it, and what a source says of it. */
export interface ProcessExample extends LppmExample {
  /** Last step of the script that was taken before; null at the start of a task. */
  readonly previousStep: string | null;
}

/** A process as STAR or SGD defines it. */
export interface ProcessDefinition {
  readonly name: string;
  /** Texts of its steps; empty where the source has none. */
  readonly replies: Readonly<Record<string, string>>;
  /** Step that follows on the happy path. */
  readonly graph: Readonly<Record<string, string>>;
  /** Words that describe it. */
  readonly description: string;
  /** Names of the arguments of its call. */
  readonly inputs: readonly string[];
}

export interface ProcessFile {
  readonly path: string;
  readonly dialogues: readonly ProcessExample[];
  readonly slots: readonly TaggedTurn[];
}

export interface ProcessData {
  readonly train: ProcessFile;
  readonly val: ProcessFile;
  readonly tests: readonly ProcessFile[];
  readonly definitions: readonly ProcessDefinition[];
}

const valShare = 0.1;

export async function readProcessData(options: BenchOptions): Promise<ProcessData> {
  const flat = (files: readonly { readonly rows: readonly BenchRecord[] }[]): BenchRecord[] =>
    files.flatMap(({ rows }) => rows);
  let train = flat(await readSplit(options.train, 'train'));
  const tests = (await readSplit(options.test, 'test')).map(({ path, rows }) => fileOf(path, rows));
  if (options.holdout !== undefined) {
    const { kept, carved } = carve(train, options.holdout / 100, keyOf);
    train = kept;
    tests.push(fileOf(`holdout ${options.holdout} %`, carved));
  }
  let val = flat(await readSplit(options.val, 'val'));
  if (val.length === 0) ({ kept: train, carved: val } = carve(train, valShare, (row) => `val ${keyOf(row)}`));
  const learned = fileOf('train', train);
  const idOf = ({ conversation }: ProcessExample): string => conversation;
  for (const { dialogues } of tests) refuseOverlap(learned.dialogues, dialogues, idOf);
  const definitions: ProcessDefinition[] = [];
  for (const path of options.processes) definitions.push(...(await readRecords(path)).flatMap(definitionsOf));
  return { train: learned, val: fileOf('val', val), tests, definitions };
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Conversations stay together; slot rows stand alone. */
function keyOf(row: BenchRecord): string {
  return wordsOf(row.conversation_id ?? row.text);
}

export function fileOf(path: string, rows: readonly BenchRecord[]): ProcessFile {
  const conversations = new Map<string, BenchRecord[]>();
  const slots: TaggedTurn[] = [];
  for (const row of rows) {
    if (row.conversation_id === undefined) {
      const requested = (row.requested_slots as readonly string[] | undefined) ?? [];
      slots.push({ text: wordsOf(row.text), requested, values: (row.values as Record<string, string>) ?? {} });
      continue;
    }
    const id = wordsOf(row.conversation_id);
    const held = conversations.get(id) ?? [];
    held.push(row);
    conversations.set(id, held);
  }
  const dialogues = [...conversations].flatMap(([id, turns]) => examplesOf(id, turns));
  return { path, dialogues, slots };
}

function examplesOf(conversation: string, rows: readonly BenchRecord[]): ProcessExample[] {
  const examples: ProcessExample[] = [];
  const turns: DialogueTurn[] = [];
  let previousStep: string | null = null;
  let previousProcess: string | null = null;
  for (const row of rows) {
    const process = (row.process as string | null) ?? null;
    if (process !== previousProcess && process !== null) previousStep = null;
    if (process !== null) previousProcess = process;
    for (const { turn, action } of movesOf(row)) {
      if (action !== null && turn.step !== null && turns.length > 0) {
        const input = { turns: [...turns] };
        examples.push({ input, process, step: turn.step, action, conversation, previousStep });
      }
      if (action !== null && turn.step !== null && turn.step !== escalateStep) previousStep = turn.step;
      turns.push(turn);
    }
  }
  return examples;
}

/** What a row brings: one turn, or a call and the words after it. `action` is null where it is nothing to predict. */
function movesOf(row: BenchRecord): { turn: DialogueTurn; action: StepAction | null }[] {
  const text = wordsOf(row.text);
  const values = (row.values as Record<string, unknown> | null) ?? null;
  const step = stepOf(row.step);
  if (row.speaker === 'user') return [{ turn: { speaker: 'user', text, step: null, values: null }, action: null }];
  if (row.speaker === 'kb') return [{ turn: { speaker: 'result', text, step: null, values }, action: null }];
  const tool = typeof row.action === 'string' ? row.action : null;
  if (row.speaker === 'action') {
    const action: StepAction = { kind: 'call', tool: tool ?? '', arguments: values ?? {} };
    return [{ turn: { speaker: 'action', text: tool ?? '', step, values }, action: step === null ? null : action }];
  }
  const reply: StepAction = step === escalateStep ? { kind: 'escalate' } : { kind: 'reply', text };
  const said = { turn: { speaker: 'agent', text, step, values: null } as const, action: step === null ? null : reply };
  if (tool === null) return [said];
  // SGD: a system turn may make a call before it speaks
  const call: StepAction = { kind: 'call', tool, arguments: values ?? {} };
  return [{ turn: { speaker: 'action', text: tool, step: 'query', values }, action: call }, said];
}

/** A list of dialogue acts (SGD) becomes the names of its acts: slots differ from service to service. */
function stepOf(step: unknown): string | null {
  if (typeof step === 'string') return step;
  if (!Array.isArray(step)) return null;
  const acts = new Set(step.map((act) => String(act).replace(/\(.*$/, '')));
  return acts.size === 0 ? null : [...acts].sort().join('+');
}

function definitionsOf(row: BenchRecord): ProcessDefinition[] {
  const names = (items: unknown): string[] =>
    Array.isArray(items)
      ? items.map((item) =>
          String((item as { Name?: unknown; name?: unknown }).Name ?? (item as { name?: unknown }).name),
        )
      : [];
  if (typeof row.process === 'string') {
    const api = (row.api as { input?: unknown } | undefined) ?? {};
    const replies = (row.replies as Record<string, string>) ?? {};
    const graph = (row.graph as Record<string, string>) ?? {};
    const description = `${row.process.replaceAll('_', ' ')} ${Object.values(replies).join(' ')}`;
    return [{ name: row.process, replies, graph, description, inputs: names(api.input) }];
  }
  const service = wordsOf(row.description);
  return ((row.intents as readonly BenchRecord[] | undefined) ?? []).map((intent) => ({
    name: wordsOf(intent.process),
    replies: {},
    graph: {},
    description: `${wordsOf(intent.description)} ${service}`,
    inputs: [
      ...((intent.required_slots as readonly string[] | undefined) ?? []),
      ...Object.keys((intent.optional_slots as object | undefined) ?? {}),
    ],
  }));
}
