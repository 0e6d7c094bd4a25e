import { z } from 'zod';
import { canonicalJson, sha256 } from '../engine/core/hash.ts';

export const artefactKinds = ['dtr', 'lppm', 'cet'] as const;
export type ArtefactKind = (typeof artefactKinds)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
/** Relative, with slashes, never out of its folder. */
const fileName = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\:]+$/, 'expected a relative path');

/**
 * What an artefact is made of. It holds no time and no duration: the same data, code and seed give the same manifest,
 * and so the same id.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  role: z.string().min(1),
  kind: z.enum(artefactKinds),
  /** Artefact that it was trained from or replaces. */
  parent: hash.nullable(),
  /** sha256 of the snapshot that it learned from. */
  dataSnapshot: z.string().min(1),
  codeVersion: z.string().min(1),
  seed: z.number().int(),
  /** Hashes of what serving must share with training: `features`, `tokenizer`, `labels`. */
  schemas: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.number()),
  /** Number of golden vectors in `golden.json`. */
  golden: z.number().int().min(0),
  /** Every file of the folder but the manifest itself. */
  files: z.record(fileName, z.strictObject({ sha256: hash, bytes: z.number().int().min(0) })),
});
/** Among `schemas`: versions of the approved processes that a mapper was taught, with spaces between them. */
export const taughtProcesses = 'processes';
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** What the trainer knows; sealing adds the rest. */
export type ArtefactDescription = Omit<Manifest, 'format' | 'files' | 'golden'>;

/** sha256 of the canonical manifest, which holds the sha256 of every file. */
export function artefactId(manifest: Manifest): string {
  return sha256(canonicalJson(manifest));
}
