import { taughtProcesses } from '../../models/manifest.ts';
import type { Registry } from '../../models/registry/registry.ts';

/** The mapper that serves a role, and what is known of it. */
export interface ServingMapper {
  readonly bundle: string;
  /** Artefact id; null: the bundle has none. */
  readonly mapper: string | null;
  /** Milliseconds since 1970-01-01 UTC at which the bundle began to serve. */
  readonly since: number;
  /** Versions of the approved processes that it was taught. */
  readonly taught: readonly string[];
  /** Whether its thresholds let it settle anything. */
  readonly settles: boolean;
  /** Messages that certify the bundle, settled ones and errors among them; null where nothing is certified. */
  readonly bound: { readonly rows: number; readonly errors: number; readonly errorUpper: number } | null;
}

/** Asks the registry what serves; of each mapper the manifest is read once, since that checks every byte. */
export function servingMappers(
  registry: Pick<Registry, 'current' | 'artefact' | 'history'>,
): (role: string) => Promise<ServingMapper | null> {
  const known = new Map<string, readonly string[]>();
  const taughtTo = async (mapper: string): Promise<readonly string[]> => {
    const before = known.get(mapper);
    if (before !== undefined) return before;
    const { manifest } = await registry.artefact(mapper);
    const taught = (manifest.schemas[taughtProcesses] ?? '').split(' ').filter(Boolean);
    known.set(mapper, taught);
    return taught;
  };
  return async (role) => {
    const bundle = await registry.current(role);
    if (bundle === null) return null;
    const mapper = bundle.artefacts.lppm ?? null;
    const { standard, byLabel } = bundle.thresholds.lppm;
    const { certificate } = bundle;
    const began = (await registry.history(role)).findLast(
      ({ event }) =>
        /^model-(promoted|rolled-back)$/.test(event.kind) && 'bundle' in event && event.bundle === bundle.id,
    );
    return {
      bundle: bundle.id,
      mapper,
      since: began?.time ?? bundle.createdAt,
      taught: mapper === null ? [] : await taughtTo(mapper),
      settles: mapper !== null && (standard !== null || Object.values(byLabel).some((own) => own !== null)),
      bound:
        certificate === null
          ? null
          : { rows: certificate.settled, errors: certificate.errors, errorUpper: certificate.errorUpper },
    };
  };
}
