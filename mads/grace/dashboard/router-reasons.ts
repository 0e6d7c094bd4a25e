import type { DecisionDetail } from '../../../datasets/log/reader.ts';
import type { Decision } from '../../../engine/core/decision.ts';
import { ownText } from '../../../engine/tiers/dtr.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import type { Registry } from '../../../models/registry.ts';

/** Models kept loaded between clicks: the one that serves and the one before it. */
const loadedModels = 2;

/**
 * What the tree router says of a logged message when somebody looks: the whole reasons, with the smallest change that
 * would have flipped the route, which the log does not hold because working it out for every message would cost more
 * than routing it. Asked of the very model that decided; where that is gone, the logged reasons stay.
 */
export class RouterReasons {
  readonly #registry: Pick<Registry, 'artefact'>;
  readonly #loaded = new Map<string, Promise<DtrModel | null>>();

  constructor(registry: Pick<Registry, 'artefact'>) {
    this.#registry = registry;
  }

  async explain<Detail extends Pick<DecisionDetail, 'message' | 'visits'>>(detail: Detail): Promise<Detail> {
    const { message } = detail;
    const text = message === null ? null : ownText(message);
    if (typeof text !== 'string') return detail;
    return { ...detail, visits: await Promise.all(detail.visits.map((visit) => this.#visit(visit, text))) };
  }

  async #visit<Visit extends Decision>(visit: Visit, text: string): Promise<Visit> {
    if (visit.tier !== 'dtr' || visit.model === null || visit.evidence.length === 0) return visit;
    const model = await this.#model(visit.model);
    if (model === null) return visit;
    return {
      ...visit,
      evidence: model
        .route(text)
        .explain({ flips: true })
        .map((what) => ({ what })),
    };
  }

  #model(id: string): Promise<DtrModel | null> {
    const held = this.#loaded.get(id) ?? this.#load(id);
    this.#loaded.delete(id);
    this.#loaded.set(id, held);
    for (const oldest of [...this.#loaded.keys()].slice(0, -loadedModels)) this.#loaded.delete(oldest);
    return held;
  }

  async #load(id: string): Promise<DtrModel | null> {
    try {
      const model = new DtrModel();
      await model.load((await this.#registry.artefact(id)).folder);
      return model;
    } catch {
      // A model that is gone or damaged explains nothing any more; what it said then is in the log.
      return null;
    }
  }
}
