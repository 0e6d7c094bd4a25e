/**
 * A simulated year: real conversations in a made-up order over twelve months, kinds of work that begin later, a teacher
 * of whose calls a tenth name the wrong tool. The same months are served by the first month's models alone, and with a
 * learning every so many months from what was passed up and a small explored share. Truth is what the conversations
 * said before they were spoiled. With `--audit N` somebody who knows says before each learning what was right for N messages,
 * drawn at random from all so far (at most half of them). With `--verifier FILE` what is equally good is right too, for
 * messages of which that file speaks. Prints one JSON document.
 * `node tests/bench/year.bench.ts --log FILE [--log FILE] [--conversations 2000] [--every 3] [--explore 0.02] [--noise 0.1] [--audit 0] [--verifier FILE] [--alpha 0.05] [--seed 1]`
 */
import { parseArgs } from 'node:util';
import { readConversations } from '../../datasets/import/import-files.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { Outcome } from '../../engine/core/decision.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { textOf, toolCallsOf, type Message, type Part } from '../../engine/core/message.ts';
import { silent } from '../../engine/core/progress.ts';
import { readRecords } from '../../training/bench/records.ts';
import { serveAndLearn } from '../../training/bench/pipeline/serve-and-learn.ts';
import type { ReplayedMessage } from '../../training/bench/pipeline/replay.ts';
import { isRight, type VerifierRow } from '../../training/bench/verdict-score.ts';
import { answeredTurns, type AnsweredTurn } from '../../training/examples/answered-turn.ts';
import type { Correction } from '../../training/examples/correction.ts';
import { isSameDeed } from '../../training/examples/same-deed.ts';
import { learn } from '../../training/learn.ts';
import { disposeAll } from '../../training/learned.ts';

const { values } = parseArgs({
  options: {
    log: { type: 'string', multiple: true, default: [] },
    conversations: { type: 'string', default: '2000' },
    every: { type: 'string', default: '3' },
    explore: { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '1' },
    noise: { type: 'string', default: '0.1' },
    audit: { type: 'string', default: '0' },
    verifier: { type: 'string' },
    alpha: { type: 'string', default: '0.05' },
  },
});
const [most, every, explore, seed, noise, audit] = [
  values.conversations,
  values.every,
  values.explore,
  values.seed,
  values.noise,
  values.audit,
].map(Number) as [number, number, number, number, number, number];
const months = 12;
const monthMs = 30 * 86_400_000;
const begin = Date.UTC(2026, 0, 1);
/** Share of the kinds of work that is there from the beginning; the others come in months 1 to 8. */
const early = 0.6;

const chance = (what: string): number => hashFraction(`${seed} ${what}`);

/** The tool that a conversation is about; talk where it calls none. */
function kindOf({ messages }: Conversation): string {
  return messages.flatMap((message) => toolCallsOf(message))[0]?.name ?? 'talk';
}

function beganIn(kind: string): number {
  return kind === 'talk' || chance(`early ${kind}`) < early ? 0 : 1 + Math.floor(chance(`month ${kind}`) * 8);
}

/** Moved as a whole to a time of the year in which its kind is there. */
function inYear(conversation: Conversation): Conversation {
  const from = beganIn(kindOf(conversation));
  const month = from + Math.floor(chance(`when ${conversation.id}`) * (months - from));
  const start = begin + month * monthMs + Math.floor(chance(`minute ${conversation.id}`) * (monthMs - 86_400_000));
  const first = conversation.messages[0]?.time ?? 0;
  const messages = conversation.messages.map((one) => ({
    ...one,
    time: start + Math.min(one.time - first, 80_000_000),
  }));
  return { ...conversation, role: 'desk', split: null, messages };
}

/** A tenth of the calls name another tool. */
function spoiled(conversation: Conversation, tools: readonly string[]): Conversation {
  const wrong = (part: Part, message: Message): Part => {
    if (part.kind !== 'tool-call' || chance(`noise ${message.id}`) >= noise) return part;
    const others = tools.filter((name) => name !== part.name);
    return { ...part, name: others[Math.floor(chance(`other ${message.id}`) * others.length)] ?? part.name };
  };
  const messages = conversation.messages.map((one) => ({ ...one, parts: one.parts.map((part) => wrong(part, one)) }));
  return { ...conversation, messages };
}

const all: Conversation[] = [];
await readConversations(values.log, { format: 'auto', onConversations: (batch) => void all.push(...batch) });
const chosen = all.toSorted((a, b) => chance(`in ${a.id}`) - chance(`in ${b.id}`)).slice(0, most);
const clean = chosen.map((one) => inYear(one));
const tools = [
  ...new Set(clean.flatMap(({ messages }) => messages.flatMap((one) => toolCallsOf(one).map(({ name }) => name)))),
].toSorted();
const noisy = clean.map((one) => spoiled(one, tools));
const monthOf = (time: number): number => Math.floor((time - begin) / monthMs);
const firstMonth = noisy.filter(({ messages }) => monthOf(messages[0]?.time ?? 0) === 0);
const later = noisy.filter(({ messages }) => monthOf(messages[0]?.time ?? 0) > 0);
const truth = new Map(answeredTurns(clean).map((turn) => [turn.message.id, turn] as const));

const verified = new Map(
  values.verifier === undefined
    ? []
    : ((await readRecords(values.verifier)) as unknown as VerifierRow[]).map((row) => [row.message_id, row] as const),
);

/** Messages that somebody was asked about, in the whole year with the loop. */
const asked = new Set<string>();

/** The truth about `audit` messages of users; those of lowest hash, so that most of them were asked about before. */
function audited(known: readonly Conversation[]): Correction[] {
  const turns = answeredTurns(known).filter(({ message }) => message.author === 'user' && truth.has(message.id));
  const drawn = turns
    .toSorted((a, b) => chance(`audit ${a.message.id}`) - chance(`audit ${b.message.id}`))
    .slice(0, Math.min(audit, turns.length / 2));
  for (const { message } of drawn) asked.add(message.id);
  return drawn.map(({ message }) => ({
    message: message.id,
    outcome: outcomeOf(truth.get(message.id)),
    source: 'human',
  }));
}

function outcomeOf(turn: AnsweredTurn | undefined): Outcome | null {
  if (turn === undefined) return null;
  if (turn.call !== null) return { kind: 'tool-call', name: turn.call.name, arguments: turn.call.arguments };
  return { kind: 'reply', text: textOf(turn.answer) };
}

const started = performance.now();
const options = {
  seed,
  alpha: Number(values.alpha),
  delta: 0.1,
  device: 'cpu',
  progress: silent,
  tiers: ['dtr', 'lppm'],
} as const;
const first = await learn(firstMonth, { ...options, audited: audited(firstMonth) });
const learnedIn = (performance.now() - started) / 1000;
process.stderr.write(`first month: ${first.counts.turns} turns, ${learnedIn.toFixed(0)} s\n`);
const still = await serveAndLearn(firstMonth, later, first, { ...options, learnEvery: 0 });
const loop = await serveAndLearn(firstMonth, later, first, {
  ...options,
  learnEvery: every * 30,
  explore,
  audit: audited,
});
const { payloadTools } = first;
await disposeAll(first.models);

interface Month {
  readonly month: number;
  readonly messages: number;
  readonly settled: number;
  readonly share: number;
  /** Of the settled ones, by the truth. */
  readonly error: number;
  /** Of the messages whose kind of work began after the first month. */
  readonly newcomers: number;
  readonly newcomersSettled: number;
}

function byMonth(replayed: readonly ReplayedMessage[]): Month[] {
  const kinds = new Map(clean.map((one) => [one.id, beganIn(kindOf(one))]));
  return Array.from({ length: months - 1 }, (_, index): Month => {
    const rows = replayed.filter(({ message }) => monthOf(message.time) === index + 1 && truth.has(message.id));
    const settled = rows.filter((row) => deedOf(row) !== null);
    const wrong = settled.filter((row) => !isRightDeed(row.message.id, deedOf(row)));
    const isNew = ({ message }: ReplayedMessage): boolean => (kinds.get(message.conversation) ?? 0) > 0;
    return {
      month: index + 1,
      messages: rows.length,
      settled: settled.length,
      share: round(settled.length / Math.max(1, rows.length)),
      error: round(wrong.length / Math.max(1, settled.length)),
      newcomers: rows.filter(isNew).length,
      newcomersSettled: settled.filter(isNew).length,
    };
  });
}

function isRightDeed(message: string, outcome: Outcome | null): boolean {
  const [row, turn] = [verified.get(message), truth.get(message)];
  if (outcome === null) return false;
  if (row !== undefined) return isRight(row, outcome);
  return turn !== undefined && isSameDeed(outcome, turn, payloadTools);
}

function deedOf({ dtr, lppm }: ReplayedMessage) {
  const verdict = [dtr, lppm].find((one) => one?.settled === true);
  return verdict?.settled === true ? verdict.outcome : null;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

function whole(rows: readonly Month[]) {
  const sum = (field: 'messages' | 'settled' | 'newcomers' | 'newcomersSettled'): number =>
    rows.reduce((total, row) => total + row[field], 0);
  const wrong = rows.reduce((total, row) => total + row.error * row.settled, 0);
  return {
    messages: sum('messages'),
    share: round(sum('settled') / sum('messages')),
    error: round(wrong / Math.max(1, sum('settled'))),
    newcomersShare: round(sum('newcomersSettled') / Math.max(1, sum('newcomers'))),
  };
}

const without = byMonth(still.replayed);
const withLoop = byMonth(loop.replayed);
const certifying = [
  { time: begin + monthMs, coverage: first.certificate.coverage },
  ...loop.learnings.map(({ time, coverage }) => ({ time: Date.parse(time), coverage })),
].find(({ coverage }) => coverage > 0);
process.stdout.write(
  `${JSON.stringify(
    {
      conversations: chosen.length,
      seed,
      noise,
      explore,
      audit,
      asked: asked.size,
      learnedEveryMonths: every,
      kindsFromTheBeginning: tools.filter((name) => beganIn(name) === 0).length,
      kindsLater: tools.filter((name) => beganIn(name) > 0).length,
      daysUntilCertified: certifying === undefined ? null : Math.round((certifying.time - begin) / 86_400_000),
      without: { ...whole(without), months: without },
      withLoop: { ...whole(withLoop), months: withLoop, learnings: loop.learnings },
      seconds: Math.round((performance.now() - started) / 1000),
    },
    null,
    2,
  )}\n`,
);
