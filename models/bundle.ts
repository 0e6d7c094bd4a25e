import { z } from 'zod';
import { canonicalJson, sha256 } from '../engine/core/hash.ts';
import type { Bound } from './certificate/certificate.ts';
import type { ArtefactKind } from './manifest.ts';
import type { Thresholds } from './thresholds.ts';

/** What one role serves with; promoted and rolled back as one. A re-certification is a new bundle of old artefacts. */
export interface BundleContent {
  readonly role: string;
  /** Artefact ids; a missing tier passes everything up. */
  readonly artefacts: Readonly<Partial<Record<ArtefactKind, string>>>;
  readonly thresholds: { readonly dtr: Thresholds; readonly lppm: Thresholds };
  /** Proof that the thresholds keep the error budget; null where nothing could be certified. */
  readonly certificate: Bound | null;
  /** Figures on held-out rows. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Bundle that it was compared with; null for the first. */
  readonly parent: string | null;
}

export interface Bundle extends BundleContent {
  /** sha256 of the content. */
  readonly id: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number;
}

const thresholdsSchema = z.object({
  standard: z.number().nullable(),
  byLabel: z.record(z.string(), z.number().nullable()),
});

const bundleSchema = z.object({
  id: z.string(),
  role: z.string().min(1),
  artefacts: z.partialRecord(z.enum(['dtr', 'lppm', 'cet']), z.string()),
  thresholds: z.object({ dtr: thresholdsSchema, lppm: thresholdsSchema }),
  certificate: z.looseObject({ alpha: z.number(), delta: z.number() }).nullable(),
  metrics: z.record(z.string(), z.number()),
  parent: z.string().nullable(),
  createdAt: z.number(),
});

/** The same content has the same id, whenever it was made. */
export function makeBundle(content: BundleContent, createdAt: number): Bundle {
  // through JSON: what is read back must have the id that it was written with
  const plain = JSON.parse(canonicalJson(contentOf(content))) as BundleContent;
  return { ...plain, id: sha256(canonicalJson(plain)), createdAt };
}

/** Parses and checks a stored bundle; null where it is not what was written. */
export function readBundle(text: string): Bundle | null {
  try {
    const parsed = bundleSchema.parse(JSON.parse(text)) as unknown as Bundle;
    return makeBundle(parsed, parsed.createdAt).id === parsed.id ? parsed : null;
  } catch {
    return null;
  }
}

function contentOf(bundle: BundleContent): BundleContent {
  const { role, artefacts, thresholds, certificate, metrics, parent } = bundle;
  return { role, artefacts, thresholds, certificate, metrics, parent };
}

/** One thing that two bundles do not share; null: absent on that side. */
export interface BundleDifference {
  readonly what: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Artefacts, thresholds, certificate and metrics that differ, by dotted name. */
export function compareBundles(from: Bundle, to: Bundle): BundleDifference[] {
  const left = flatten({ ...contentOf(from) });
  const right = flatten({ ...contentOf(to) });
  const names = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return names
    .filter((what) => left.get(what) !== right.get(what))
    .map((what) => ({ what, from: left.get(what) ?? null, to: right.get(what) ?? null }));
}

function flatten(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, value);
  return into;
}
