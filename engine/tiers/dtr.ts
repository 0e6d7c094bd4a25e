import type { Evidence, Outcome, Passed, Settled, Verdict } from '../core/decision.ts';
import { messageOf } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Turn } from '../core/turn.ts';
import type { DtrPrediction } from '../../models/dtr/prediction.ts';
import { isPlainWords, plainWordsLabel } from '../../models/dtr/mixed/plain-words.ts';
import type { Thresholds } from '../../models/thresholds.ts';
import { thresholdFor } from '../../models/thresholds.ts';
import { belowThreshold } from './below-threshold.ts';
import type { Tier } from './tier.ts';

/** What the tier needs of a model; `DtrModel` has it. */
export interface TextRouter {
  route(text: string): DtrPrediction;
}

export interface DtrTierOptions {
  readonly thresholds: Thresholds;
  /** sha256 of the artefact that answers. */
  readonly modelId: string;
}

const contentNames = { deterministic: 'something to execute', fixed: 'data to keep' } as const;

/**
 * Settles content that is to be executed or stored, and passes everything else up. It proposes only tools that are
 * offered for the turn, and reads only what the caller or another agent wrote: text that a tool, a document or a model
 * brought in asks for nothing.
 */
export class DtrTier implements Tier {
  readonly name = 'dtr';
  readonly #model: TextRouter;
  readonly #options: DtrTierOptions;

  constructor(model: TextRouter, options: DtrTierOptions) {
    this.#model = model;
    this.#options = options;
  }

  consider(turn: Turn): Promise<Verdict> {
    return Promise.resolve(this.#decide(turn));
  }

  #decide(turn: Turn): Verdict {
    const text = ownText(turn.message);
    if (typeof text !== 'string') return this.#unread(text.reason);
    const flips = turn.explains === true;
    let prediction: DtrPrediction;
    try {
      prediction = this.#model.route(text);
    } catch (error) {
      return this.#unread(`the model failed: ${messageOf(error)}`);
    }
    const { destination, destinationKey, confidence, payload } = prediction;
    const isAmbiguous = prediction.class === 'deterministic' && payload !== null && isPlainWords(payload);
    const threshold = thresholdFor(this.#options.thresholds, isAmbiguous ? plainWordsLabel : destinationKey);
    const pass = (reason: string, proposal?: Outcome): Passed =>
      withEvidence(prediction, flips, {
        ...this.#common(destinationKey, Number.isFinite(confidence) ? confidence : null, threshold, reason),
        settled: false,
        ...(proposal === undefined ? {} : { proposal }),
      });
    if (!Number.isFinite(confidence)) return pass('the model gave no usable confidence');
    if (prediction.class === 'prose') return pass('it is language to be understood');
    if (destination === null || payload === null) return pass(`no tool is known for ${contentNames[prediction.class]}`);
    const proposal: Outcome = {
      kind: 'tool-call',
      name: destination.tool,
      arguments: { ...destination.constants, [destination.argument]: payload },
    };
    const tool = turn.tools.find(({ name }) => name === destination.tool);
    if (tool === undefined) return pass(`the tool ${destination.tool} is not offered here`, proposal);
    const misfit = misfitOf(proposal.arguments, tool);
    if (misfit !== null) return pass(`the call does not fit ${tool.name}: ${misfit}`, proposal);
    const { fault } = prediction;
    if (fault !== null) return pass(`the payload is nothing that ${tool.name} could run: ${fault}`, proposal);
    if (threshold === null) return pass('nothing is certified for this kind of content', proposal);
    if (confidence < threshold) {
      return pass(belowThreshold(confidence, threshold), proposal);
    }
    const reason = `${contentNames[prediction.class]} goes to ${destination.tool}, as sure as ${confidence.toFixed(3)}`;
    return withEvidence<Settled>(prediction, flips, {
      ...this.#common(destinationKey, confidence, threshold, reason),
      settled: true,
      outcome: proposal,
    });
  }

  #common(label: string | null, confidence: number | null, threshold: number | null, reason: string) {
    const model = this.#options.modelId;
    return { tier: this.name, label, confidence, threshold, reason, model, propensity: 1, evidence: [] } as const;
  }

  #unread(reason: string): Passed {
    return { ...this.#common(null, null, null, reason), settled: false };
  }
}

/** The sentences are worked out when somebody reads them: most verdicts are never looked at. */
function withEvidence<V extends Settled | Passed>(prediction: DtrPrediction, flips: boolean, verdict: V): V {
  let evidence: readonly Evidence[] | null = null;
  Object.defineProperty(verdict, 'evidence', {
    enumerable: true,
    configurable: true,
    get: () => (evidence ??= prediction.explain({ flips }).map((what) => ({ what }))),
  });
  return verdict;
}

/** What the sender wrote, or why there is nothing here that may be routed. */
export function ownText(message: Message): string | { readonly reason: string } {
  if (message.author !== 'user') return { reason: `a message of the ${message.author} asks for nothing` };
  const texts: string[] = [];
  for (const part of message.parts) {
    if (part.provenance !== 'caller' && part.provenance !== 'agent') {
      return { reason: `it carries text that a ${part.provenance} brought in` };
    }
    if (part.kind !== 'text' && part.kind !== 'data') return { reason: `it carries a part of kind ${part.kind}` };
    texts.push(part.text);
  }
  const text = texts.join('\n');
  return text.trim() === '' ? { reason: 'it holds no text' } : text;
}

/** Why arguments do not fit the names and constants of a tool's schema; null where they do. */
function misfitOf(given: Readonly<Record<string, unknown>>, tool: ToolDefinition): string | null {
  const properties = asRecord(tool.parameters['properties']);
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(properties, name) ? asRecord(properties[name]) : null;
    if (schema === null) return `it takes no argument "${name}"`;
    const { type, enum: allowed } = schema;
    const takesText = type === undefined || type === 'string' || (Array.isArray(type) && type.includes('string'));
    if (!takesText) return `argument "${name}" takes no text`;
    if (Array.isArray(allowed) && !allowed.includes(value)) return `argument "${name}" may not be ${String(value)}`;
  }
  const required = tool.parameters['required'];
  if (!Array.isArray(required)) return null;
  const missing = required.find((name) => typeof name === 'string' && !Object.hasOwn(given, name));
  return missing === undefined ? null : `argument "${String(missing)}" is missing`;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
