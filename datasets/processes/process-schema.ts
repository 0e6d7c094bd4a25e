import { z } from 'zod';
import { processStates } from './stored-process.ts';

const name = z.string().min(1).max(120);
const words = z.string();
const jsonSchema = z.record(z.string(), z.unknown());

const origin = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('slot'), slot: name }),
  z.strictObject({ from: z.literal('constant'), value: z.unknown() }),
  z.strictObject({ from: z.literal('result'), step: name, path: z.string() }),
]);

const step = z.discriminatedUnion('kind', [
  z.strictObject({ id: name, kind: z.literal('ask'), slot: name, text: words }),
  z.strictObject({ id: name, kind: z.literal('tell'), text: words }),
  z.strictObject({ id: name, kind: z.literal('call'), tool: name, arguments: z.record(z.string(), origin) }),
  z.strictObject({ id: name, kind: z.literal('end'), text: words }),
]);

/** A process as a file may hold it; what its parts mean together is checked by whoever can execute it. */
export const processSchema = z.strictObject({
  name,
  description: z.string().default(''),
  slots: z
    .array(z.strictObject({ name, schema: jsonSchema, question: z.string().optional(), required: z.boolean() }))
    .default([]),
  steps: z.array(step).min(1),
  edges: z
    .array(
      z.strictObject({
        from: name,
        to: name,
        when: z.strictObject({ path: z.string().min(1), equals: z.unknown() }).optional(),
      }),
    )
    .default([]),
  start: name,
});

/** In [0, 1], but for rounding. */
const share = z.number().min(0).max(1.001);
const count = z.number().min(0);

const evidenceSchema = z.strictObject({
  support: count,
  coverage: share,
  fitness: share,
  precision: share,
  steps: z.array(
    z.strictObject({
      step: name,
      count,
      runs: count,
      wordings: z.array(z.strictObject({ text: z.string(), count })),
      witnesses: z.array(z.strictObject({ conversation: z.string(), message: z.string() })),
      isOptional: z.boolean(),
      isRepeated: z.boolean(),
    }),
  ),
  edges: z.array(z.strictObject({ from: name, to: name, runs: count })),
  doubts: z.array(z.strictObject({ where: z.string(), reason: z.string() })),
  conversations: z.array(z.string()),
});

const version = z.string().regex(/^[0-9a-f]{64}$/, 'it is no version (64 hexadecimal digits)');

/** A whole process file. */
export const processFileSchema = z.strictObject({
  role: name,
  state: z.enum(processStates),
  version,
  approved: version.nullable(),
  mined: version.nullable(),
  definition: processSchema,
  evidence: evidenceSchema.nullable(),
  history: z.array(z.strictObject({ time: z.number(), what: z.string(), by: z.string(), version })),
});
