import type { Evidence, Outcome, Verdict } from '../core/decision.ts';
import { messageOf } from '../core/errors.ts';
import { textOf, type Message } from '../core/message.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Turn } from '../core/turn.ts';
import type { LppmPrediction } from '../../models/lppm/prediction.ts';
import { dialogueOf } from '../../models/lppm/encoding/dialogue.ts';
import { escalateStep, type LppmInput } from '../../models/lppm/example.ts';
import type { Influence } from '../../models/lppm/explain.ts';
import type { LoggedNeighbour } from '../../models/lppm/logged.ts';
import { thresholdFor, type Thresholds } from '../../models/thresholds.ts';
import { belowThreshold } from './below-threshold.ts';
import type { Tier } from './tier.ts';

/** What the tier needs of a model; `LppmModel` has it. */
export interface ProcessMapper {
  predict(inputs: readonly LppmInput[]): Promise<LppmPrediction[]>;
  stepOf(text: string): string | null;
  /** A tool that was not there when it learned, and that the user speaks of. */
  newTool?(offered: readonly ToolDefinition[], said: readonly string[]): string | null;
  /** Only for people who ask: what the answer rests on, and logged conversations in which the like was said. */
  explain?(input: LppmInput): Promise<readonly Influence[]>;
  nearest?(input: LppmInput, count: number): Promise<readonly LoggedNeighbour[]>;
}

/** What is answered in place of a step that the owner forbids. */
export interface RefusalPolicy {
  readonly name: string;
  /** Step or process that is refused. */
  readonly refuses: string;
  readonly text: string;
}

export interface LppmTierOptions {
  readonly thresholds: Thresholds;
  /** sha256 of the artefact that answers. */
  readonly modelId: string;
  readonly policies?: readonly RefusalPolicy[];
}

/** Told to people who ask. */
const influencesTold = 4;
const neighboursTold = 3;
/** Change of the step's probability below which a word says nothing. */
const leastInfluence = 0.001;

/** Messages that are read of a long history, from its end. */
const historyWindow = 80;

/**
 * Follows known processes: acts (a reply or a tool call with its values), asks for one missing value, refuses what a
 * policy forbids, or passes up with the plan so far. It answers only what the caller or another agent wrote.
 */
export class LppmTier implements Tier {
  readonly name = 'lppm';
  readonly #model: ProcessMapper;
  readonly #options: LppmTierOptions;

  constructor(model: ProcessMapper, options: LppmTierOptions) {
    this.#model = model;
    this.#options = options;
  }

  async consider(turn: Turn): Promise<Verdict> {
    const unread = whyUnread(turn.message);
    if (unread !== null) return this.#unread(unread);
    let prediction: LppmPrediction | undefined;
    let reasons: readonly Evidence[] = [];
    try {
      const messages = [...turn.history.slice(-historyWindow), turn.message];
      const said = messages.filter(({ author }) => author === 'user').map(textOf);
      const newTool = this.#model.newTool?.(turn.tools, said) ?? null;
      if (newTool !== null) return this.#unread(`the user speaks of ${newTool}, which is newer than this model`);
      const turns = dialogueOf(messages, (message) => message.annotation?.step ?? this.#model.stepOf(textOf(message)));
      [prediction] = await this.#model.predict([{ turns }]);
      if (turn.explains === true) reasons = await this.#reasons({ turns });
    } catch (error) {
      return this.#unread(`the model failed: ${messageOf(error)}`);
    }
    return prediction === undefined
      ? this.#unread('the model gave no answer')
      : this.#decide(turn, prediction, reasons);
  }

  #decide(turn: Turn, prediction: LppmPrediction, reasons: readonly Evidence[]): Verdict {
    const { step, confidence } = prediction;
    const threshold = thresholdFor(this.#options.thresholds, step);
    const isUsable = Number.isFinite(confidence);
    const proposal = this.#outcomeOf(prediction);
    const plan = planOf(prediction);
    const common = {
      tier: this.name,
      label: step,
      confidence: isUsable ? confidence : null,
      threshold,
      model: this.#options.modelId,
      evidence: [...evidenceOf(prediction), ...reasons],
      propensity: 1,
    } as const;
    const pass = (reason: string): Verdict => ({
      ...common,
      reason,
      settled: false,
      ...(proposal === null ? {} : { proposal }),
      ...(plan === null ? {} : { prepared: { plan } }),
    });
    if (!isUsable) return pass('the model gave no usable confidence');
    if (proposal === null) return pass('it follows no known process');
    if (proposal.kind === 'tool-call') {
      const misfit = misfitOf(proposal, turn.tools, prediction.missing);
      if (misfit !== null) return pass(misfit);
    }
    if (prediction.isDefinedAlone === true) return pass(`${prediction.process} is known by its definition alone`);
    if (threshold === null) return pass(`nothing is certified for the step ${step}`);
    if (confidence < threshold) return pass(belowThreshold(confidence, threshold));
    const of = prediction.process === null ? '' : ` of ${prediction.process}`;
    const reason = `the next step${of} ${deedOf(proposal)}, as sure as ${confidence.toFixed(3)}`;
    return { ...common, reason, settled: true, outcome: proposal };
  }

  /** Words and turns without which the step would be less or more likely, then the most similar logged messages. */
  async #reasons(input: LppmInput): Promise<Evidence[]> {
    const influences = (await this.#model.explain?.(input)) ?? [];
    const neighbours = (await this.#model.nearest?.(input, neighboursTold)) ?? [];
    return [
      ...influences
        .slice(0, influencesTold)
        .filter(({ weight }) => Math.abs(weight) >= leastInfluence)
        .map(({ what, weight }) => ({ what: `${weight > 0 ? 'for' : 'against'} it speaks ${what}`, weight })),
      ...neighbours.map(({ conversation, step, similarity }) => ({
        what: `like a message of conversation ${conversation}, where ${step === escalateStep ? 'the LLM answered freely' : `${step} came next`}`,
        weight: similarity,
      })),
    ];
  }

  #outcomeOf({ action, process, step, asks }: LppmPrediction): Outcome | null {
    const place = { ...(process === null ? {} : { process }), step };
    if (action.kind === 'escalate') return null;
    const policy = this.#options.policies?.find(({ refuses }) => refuses === step || refuses === process);
    if (policy !== undefined) return { kind: 'refuse', text: policy.text, policy: policy.name };
    if (action.kind === 'call') return { kind: 'tool-call', name: action.tool, arguments: action.arguments, ...place };
    if (action.text === '') return null;
    return { kind: 'reply', text: action.text, ...place, ...(asks === null ? {} : { asks }) };
  }

  #unread(reason: string): Verdict {
    const model = this.#options.modelId;
    const nothing = { label: null, confidence: null, threshold: null, evidence: [], propensity: 1 };
    return { tier: this.name, reason, model, ...nothing, settled: false };
  }
}

/** Why a message is not for this tier; null where it is. */
function whyUnread(message: Message): string | null {
  if (message.author !== 'user') return `a message of the ${message.author} asks for nothing`;
  for (const part of message.parts) {
    if (part.provenance !== 'caller' && part.provenance !== 'agent') {
      return `it carries text that a ${part.provenance} brought in`;
    }
    if (part.kind === 'image') return 'it carries an image';
  }
  return textOf(message).trim() === '' ? 'it holds no text' : null;
}

/**
 * Why a call may not be made here; null where it may. Arguments must be known to the tool, and none may be missing that
 * such calls had in the log. What a schema calls required beyond that is left to the tool: logs show that calls without
 * it were answered.
 */
function misfitOf(
  call: Extract<Outcome, { kind: 'tool-call' }>,
  tools: readonly ToolDefinition[],
  missing: readonly string[],
): string | null {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) return `the tool ${call.name} is not offered here`;
  if (missing.length > 0) return `no value was found for ${missing.join(', ')}`;
  const { properties } = tool.parameters;
  if (properties === null || typeof properties !== 'object') return null;
  const stranger = Object.keys(call.arguments).find((name) => !Object.hasOwn(properties, name));
  return stranger === undefined ? null : `${call.name} takes no argument "${stranger}"`;
}

/** What a person can check: process, runner-up, values with their origins. */
function evidenceOf(prediction: LppmPrediction): Evidence[] {
  const evidence: Evidence[] = [];
  const { process, processConfidence, alternatives, values, missing, escalate } = prediction;
  // Which process it would be is asked apart from whether it is one at all.
  const likeliest = escalate < 0.5 ? 'process' : 'if it follows a process:';
  if (process !== null) evidence.push({ what: `${likeliest} ${process}`, weight: processConfidence });
  for (const { step, confidence } of alternatives.slice(0, 3))
    evidence.push({ what: step === escalateStep ? 'left to the LLM' : `step ${step}`, weight: confidence });
  evidence.push({ what: 'follows no known process', weight: -escalate });
  for (const [name, { value, confidence, origin }] of Object.entries(values)) {
    evidence.push({ what: `${name} = ${JSON.stringify(value)} (${origin})`, weight: confidence });
  }
  for (const name of missing) evidence.push({ what: `no value for ${name}`, weight: -1 });
  return evidence;
}

/** One line for the LLM: where the conversation seems to stand. Null where that is anybody's guess. */
function planOf(prediction: LppmPrediction): string | null {
  const { process, processConfidence, step, alternatives, values, missing } = prediction;
  const best = alternatives.find((alternative) => alternative.step !== escalateStep);
  if (process === null || processConfidence < 0.5 || best === undefined) return null;
  const known = Object.entries(values).map(([name, { value }]) => `${name}=${JSON.stringify(value)}`);
  const parts = [
    `Process ${process} seems to be running.`,
    step === escalateStep
      ? `This turn seems to leave its script; otherwise "${best.step}" would come next.`
      : `Its next step is likely "${step}" (${Math.round((alternatives[0]?.confidence ?? 0) * 100)} %).`,
    ...(known.length === 0 ? [] : [`Values so far: ${known.join(', ')}.`]),
    ...(missing.length === 0 ? [] : [`Still missing: ${missing.join(', ')}.`]),
  ];
  return parts.join(' ');
}

/** Characters of a reply that a reason quotes. */
const quotedCharacters = 80;

function deedOf(outcome: Outcome): string {
  if (outcome.kind === 'tool-call') return `calls ${outcome.name}`;
  const text = outcome.text.replaceAll(/\s+/g, ' ').trim();
  return `says “${text.length > quotedCharacters ? `${text.slice(0, quotedCharacters - 1)}…` : text}”`;
}
