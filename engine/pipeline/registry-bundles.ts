import type { Device } from '../core/config.ts';
import { EngineError } from '../core/errors.ts';
import { checkGolden, readGolden, type Artefact } from '../../models/artefact.ts';
import type { ArtefactKind } from '../../models/manifest.ts';
import type { OpenBundle, Registry } from '../../models/registry/registry.ts';
import { CetTier, type ContextSettings } from '../tiers/cet.ts';
import { DtrTier } from '../tiers/dtr.ts';
import { LppmTier } from '../tiers/lppm.ts';
import { goldenAnswers, loadModel, type LoadedModel } from './load-model.ts';
import type { BundleSource, LoadedBundle } from './live-models.ts';

export interface BundleOptions {
  readonly device: Device;
  /** Told in one line, for each model, where the device is missing. */
  readonly notice?: (line: string) => void;
  /** What the context tier draws on, and how much it may show. */
  readonly context: ContextSettings;
}

/** Messages that a model is asked before it serves, one by one. */
const warmMessages = 16;

/**
 * Bundles of the registry as tiers that serve: every byte and every golden vector checked before the first message, and
 * every model warm for messages that come one by one.
 */
export class RegistryBundles implements BundleSource {
  readonly #registry: Registry;
  readonly #options: BundleOptions;

  constructor(registry: Registry, options: BundleOptions) {
    this.#registry = registry;
    this.#options = options;
  }

  async current(role: string): Promise<string | null> {
    return (await this.#registry.current(role))?.id ?? null;
  }

  async challenger(role: string): Promise<{ readonly bundle: string; readonly share: number } | null> {
    return this.#registry.challenger(role);
  }

  async refuse(role: string, bundle: string, reason: string): Promise<void> {
    if ((await this.#registry.challenger(role))?.bundle === bundle) await this.#registry.withdraw(role, reason, bundle);
  }

  /**
   * A challenger as it is; of what serves the newest whole one, should this one be damaged.
   * @throws ARTEFACT_CORRUPT, MODEL_MISSING where no bundle of the role is whole
   */
  async load(role: string, bundle: string): Promise<LoadedBundle> {
    const isTried = (await this.#registry.challenger(role))?.bundle === bundle;
    const opened = await (isTried ? this.#registry.openBundle(bundle) : this.#registry.openCurrent(role));
    if (opened === null) throw new EngineError('MODEL_MISSING', { role, tier: 'usable' });
    return this.#assemble(role, opened);
  }

  async #assemble(role: string, { bundle, artefacts }: OpenBundle): Promise<LoadedBundle> {
    const loaded: LoadedModel[] = [];
    const open = async <Kind extends ArtefactKind>(
      kind: Kind,
    ): Promise<Extract<LoadedModel, { kind: Kind }> | null> => {
      const artefact = artefacts[kind];
      if (artefact === undefined) return null;
      const model = await this.#checked(kind, artefact);
      loaded.push(model);
      return model as Extract<LoadedModel, { kind: Kind }>;
    };
    const dispose = async (): Promise<void> => void (await Promise.all(loaded.map(({ model }) => model.dispose())));
    try {
      const [dtr, lppm, cet] = [await open('dtr'), await open('lppm'), await open('cet')];
      const { thresholds } = bundle;
      return {
        id: bundle.id,
        role,
        dtr: dtr && new DtrTier(dtr.model, { thresholds: thresholds.dtr, modelId: artefacts.dtr?.id ?? '' }),
        lppm: lppm && new LppmTier(lppm.model, { thresholds: thresholds.lppm, modelId: artefacts.lppm?.id ?? '' }),
        cet: cet && new CetTier(cet.model, { ...this.#options.context, modelId: artefacts.cet?.id ?? '' }),
        dispose,
      };
    } catch (error) {
      await dispose();
      throw error;
    }
  }

  async #checked(kind: ArtefactKind, artefact: Artefact): Promise<LoadedModel> {
    const loaded = await loadModel(kind, artefact.folder, this.#options.device, this.#options.notice);
    try {
      await checkGolden(artefact, (inputs) => goldenAnswers(loaded, inputs));
      await warm(loaded, artefact);
    } catch (error) {
      await loaded.model.dispose();
      if (EngineError.isInstance(error)) await this.#registry.quarantine(artefact.id, error.message);
      throw error;
    }
    return loaded;
  }
}

/**
 * The golden questions are asked all at once; a session, and the runtime's compiler, meet the shape of a single message
 * for the first time here and not in front of somebody who waits.
 */
async function warm(loaded: LoadedModel, artefact: Artefact): Promise<void> {
  const golden = await readGolden(artefact);
  for (const { input } of golden.slice(0, warmMessages)) await goldenAnswers(loaded, [input]);
  if (loaded.kind !== 'lppm') return;
  // days and hours in words are read by a library that makes itself ready at its first text
  const dated = { speaker: 'user', text: 'tomorrow at 5 pm', step: null, values: null, time: 0 } as const;
  for (const tool of loaded.model.callable) loaded.model.fill({ turns: [dated] }, tool);
}
