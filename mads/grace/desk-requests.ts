import { z } from 'zod';
import { faultsOf } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { tierNames } from '../../engine/core/tier-name.ts';

export const scope = z.strictObject({
  role: z.string().optional(),
  since: z.number().optional(),
  until: z.number().optional(),
  bucket: z.enum(['hour', 'day']).optional(),
});
export const decisionFilter = z.strictObject({
  limit: z.number().int().min(1).max(1000).optional(),
  tier: z.enum(tierNames).optional(),
  role: z.string().optional(),
  conversation: z.string().optional(),
  message: z.string().optional(),
  settled: z.boolean().optional(),
  before: z.string().optional(),
});
export const named = z.strictObject({ id: z.string().min(1) });
export const ofRole = z.strictObject({ role: z.string().min(1) });
export const importRequest = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  /** A reader's name, or auto. */
  format: z.string().default('auto'),
  role: z.string().min(1).optional(),
});
export const trainRequest = z.strictObject({
  role: z.string().min(1).optional(),
  tiers: z.array(z.enum(['dtr', 'lppm', 'cet'])).optional(),
  alpha: z.number().gt(0).lt(1).optional(),
  device: z.enum(['cpu', 'cuda', 'webgpu', 'auto']).optional(),
  reason: z.string().default('asked for'),
  /** `canary`: what passes the gate is tried out beside the champion first. */
  rollout: z.enum(['canary', 'direct']).optional(),
});

export const mineRequest = z.strictObject({
  role: z.string().min(1).optional(),
  minimumSupport: z.number().int().min(2).optional(),
  reason: z.string().default('asked for'),
});

export type MineAsked = z.input<typeof mineRequest>;
export type ImportRequest = z.input<typeof importRequest>;
export type TrainRequest = z.input<typeof trainRequest>;
export type DecisionFilterInput = z.input<typeof decisionFilter>;

/** @throws BAD_REQUEST naming the fields at fault */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  throw new EngineError('BAD_REQUEST', { detail: faultsOf(result.error) }, { cause: result.error });
}

/** Without the keys that are not set, as exact optional properties want it. */
export function defined<T extends object>(input: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as never;
}
