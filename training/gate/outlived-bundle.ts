import { EngineError } from '../../engine/core/errors.ts';
import type { Bundle } from '../../models/bundle.ts';
import type { Artefact } from '../../models/artefact.ts';
import type { OpenBundle, Registry } from '../../models/registry/registry.ts';

/**
 * Whether a bundle does not load since the code has moved on, so that it serves nowhere and nothing can be worse. Not so
 * where only this place lacks its text encoder, where the same code made it, or where this code is the older one (it made
 * models of the role before): others may serve it, and what is trained here must not take its place unseen.
 * @param error why it did not load
 */
export async function isOutlived(
  error: unknown,
  { bundle, artefacts }: Pick<OpenBundle, 'bundle' | 'artefacts'>,
  registry: Pick<Registry, 'bundles' | 'artefact'>,
  codeVersion: string,
): Promise<boolean> {
  if (!EngineError.isInstance(error) || error.code !== 'ARTEFACT_MISMATCH') return false;
  if (error.detail['what'] === 'encoder') return false;
  const isOurs = ({ manifest }: Artefact): boolean => manifest.codeVersion === codeVersion;
  if (Object.values(artefacts).some(isOurs)) return false;
  const earlier = (await registry.bundles(bundle.role)).filter(({ createdAt }) => createdAt < bundle.createdAt);
  for (const one of earlier) if (await madeBy(one, registry, isOurs)) return false;
  return true;
}

async function madeBy(
  { artefacts }: Bundle,
  registry: Pick<Registry, 'artefact'>,
  isOurs: (artefact: Artefact) => boolean,
): Promise<boolean> {
  for (const id of Object.values(artefacts)) {
    const artefact = await registry.artefact(id).catch(() => null);
    if (artefact !== null && isOurs(artefact)) return true;
  }
  return false;
}
