import type { DecisionDetail } from '../../../datasets/log/reader.ts';
import type { Candidate } from '../../../engine/core/candidate-source.ts';
import type { Decision, Evidence } from '../../../engine/core/decision.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import { ownText } from '../../../engine/tiers/dtr.ts';
import { LppmTier } from '../../../engine/tiers/lppm.ts';
import { candidateOf } from '../../../models/cet/candidate.ts';
import { CetModel } from '../../../models/cet/model.ts';
import { reasonText } from '../../../models/cet/reason-text.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import type { Registry } from '../../../models/registry/registry.ts';
import { messagesBefore } from '../../turns/message-identity.ts';

/** Models kept loaded between clicks: of each tier the one that serves and the one before it. */
const loadedModels = 6;

/** What one tier's model adds to its logged visit for a message, said after `history`; null where it has nothing to add. */
type Reasons = (message: Message, history: readonly Message[], visit: Decision) => Promise<Reasoned | null>;
type Reasoned = Partial<Pick<Decision, 'evidence' | 'choices'>>;
type ExplainedTier = 'dtr' | 'lppm' | 'cet';

interface Loaded {
  readonly reasons: Reasons;
  readonly dispose: () => Promise<void>;
}

/**
 * What the tiers say of a logged message when somebody looks: of the tree router the whole reasons, with the smallest
 * change that would have flipped the route; of the process mapper the words, the state and the logged conversations that
 * it went by, and the runner-up; of the context chooser the signals that spoke for each piece. The log does not hold these, because working them out for every message would cost more
 * than routing it. Asked of the very model that decided; where that is gone, the logged reasons stay.
 */
export class TierReasons {
  readonly #registry: Pick<Registry, 'artefact'>;
  readonly #loaded = new Map<string, Promise<Loaded | null>>();

  constructor(registry: Pick<Registry, 'artefact'>) {
    this.#registry = registry;
  }

  /** @param conversation messages of the conversation in order; those that it goes on with are its history */
  async explain<Detail extends Pick<DecisionDetail, 'message' | 'visits'>>(
    detail: Detail,
    conversation: readonly Message[] = [],
  ): Promise<Detail> {
    const { message } = detail;
    if (message === null) return detail;
    const history = messagesBefore(message, conversation);
    return {
      ...detail,
      visits: await Promise.all(detail.visits.map((visit) => this.#visit(visit, message, history))),
    };
  }

  async #visit<Visit extends Decision>(visit: Visit, message: Message, history: readonly Message[]): Promise<Visit> {
    const { model, tier } = visit;
    if (model === null || tier === 'imperator') return visit;
    if ((tier === 'cet' ? visit.choices : visit.evidence).length === 0) return visit;
    const loaded = await this.#model(tier, model);
    return { ...visit, ...(await loaded?.reasons(message, history, visit)) };
  }

  #model(tier: ExplainedTier, id: string): Promise<Loaded | null> {
    const held = this.#loaded.get(id) ?? this.#load(tier, id);
    this.#loaded.delete(id);
    this.#loaded.set(id, held);
    for (const oldest of [...this.#loaded.keys()].slice(0, -loadedModels)) {
      void this.#loaded.get(oldest)?.then((loaded) => loaded?.dispose());
      this.#loaded.delete(oldest);
    }
    return held;
  }

  async #load(tier: ExplainedTier, id: string): Promise<Loaded | null> {
    try {
      const { folder } = await this.#registry.artefact(id);
      if (tier === 'cet') return await contextReasons(folder);
      return await (tier === 'dtr' ? routerReasons(folder) : mapperReasons(folder, id));
    } catch {
      // A model that is gone or damaged explains nothing any more; what it said then is in the log.
      return null;
    }
  }
}

async function routerReasons(folder: string): Promise<Loaded> {
  const model = new DtrModel();
  await model.load(folder);
  const reasons: Reasons = (message) => {
    const text = ownText(message);
    if (typeof text !== 'string') return Promise.resolve(null);
    const evidence: Evidence[] = model
      .route(text)
      .explain({ flips: true })
      .map((what) => ({ what }));
    return Promise.resolve({ evidence });
  };
  return { reasons, dispose: () => model.dispose() };
}

async function mapperReasons(folder: string, modelId: string): Promise<Loaded> {
  const model = new LppmModel();
  await model.load(folder);
  // what it would settle is in the log: here it is only asked why
  const tier = new LppmTier(model, { thresholds: { standard: null, byLabel: {} }, modelId });
  const reasons: Reasons = async (message, history, { role }) => {
    const { evidence } = await tier.consider({ message, history, role, tools: [], explains: true });
    return evidence.length === 0 ? null : { evidence };
  };
  return { reasons, dispose: () => model.dispose() };
}

/** Asked of the pieces that the log names: it does not name all that were left out. */
async function contextReasons(folder: string): Promise<Loaded> {
  const model = new CetModel();
  await model.load(folder);
  const reasons: Reasons = async (message, history, { choices }) => {
    const said = new Map(history.map((one) => [one.id, candidateOf(one)]));
    const candidates = choices.flatMap(({ id, text, tokens }): Candidate[] => {
      const outside =
        text === undefined ? [] : [{ id, text, kind: 'document', speaker: '', time: null, tokens } as const];
      const own = said.get(id);
      return own === undefined ? outside : [own];
    });
    const shares = await model.reasons({ query: textOf(message), candidates });
    const texts = new Map(candidates.map(({ id }, at) => [id, reasonText(shares[at]!)]));
    return {
      choices: choices.map((choice) => {
        return { ...choice, reason: [choice.reason, texts.get(choice.id)].filter(Boolean).join('; ') };
      }),
    };
  };
  return { reasons, dispose: () => model.dispose() };
}
