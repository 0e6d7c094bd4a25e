import type { Config } from '../../../engine/core/config.ts';
import type { Tier } from '../../../engine/tiers/tier.ts';
import type { Registry } from '../../../models/registry/registry.ts';
import { loadModels } from '../../../training/artefacts.ts';
import { cheapTiers } from '../../../training/gate/contest.ts';
import { disposeAll } from '../../../training/learned.ts';

/** Opens the tiers below the LLM of any bundle, as it would serve, while `use` works. @throws NOT_FOUND, ARTEFACT_CORRUPT */
export async function withLadder<Result>(
  registry: Registry,
  id: string,
  { device }: Pick<Config, 'device'>,
  use: (tiers: readonly Tier[]) => Promise<Result>,
): Promise<Result> {
  const bundle = await registry.show(id);
  const { cet: _, ...settling } = bundle.artefacts;
  const artefacts = await Promise.all(
    Object.entries(settling).map(async ([kind, artefact]) => [kind, await registry.artefact(artefact)] as const),
  );
  const models = await loadModels({ artefacts: Object.fromEntries(artefacts) }, registry, device);
  try {
    return await use(cheapTiers({ models, thresholds: bundle.thresholds }));
  } finally {
    await disposeAll(models);
  }
}
