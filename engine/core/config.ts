import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EngineError, messageOf } from './errors.ts';

export const devices = ['cpu', 'cuda', 'webgpu', 'auto'] as const;
export type Device = (typeof devices)[number];

export const encoderTunings = ['frozen', 'tuned'] as const;
/** Whether training changes a pre-trained encoder. */
export type EncoderTuning = (typeof encoderTunings)[number];

/** Timers of the runtime count no further than 24 days. */
const longestHours = 576;

/** Every setting: default, bound, unit and meaning. The table in the README is made from this schema. */
export const configSchema = z.strictObject({
  dataDir: z.string().min(1).default('.thought-engine').describe('folder of journal, log, models, queue and snapshots'),
  sharedDir: z
    .string()
    .min(1)
    .optional()
    .describe('folder of models, roles, processes and snapshots that several servers share'),
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on; any but loopback needs a token'),
  port: z.coerce.number().int().min(0).max(65_535).default(8787).describe('TCP port; 0 takes a free one'),
  token: z.string().min(16).optional().describe('bearer token; required when the address is not loopback'),
  allowedHosts: z.array(z.string()).default([]).describe('further Host and Origin names that may call'),
  maxBodyBytes: z.coerce.number().int().min(1024).default(1_048_576).describe('largest request body in bytes'),
  alpha: z.coerce
    .number()
    .gt(0)
    .lt(1)
    .default(0.05)
    .describe('error budget: largest share of wrongly settled messages'),
  delta: z.coerce.number().gt(0).lt(1).default(0.1).describe('probability that a certificate may be wrong'),
  level: z
    .enum(['V1', 'V2', 'V3', 'V4'])
    .default('V4')
    .describe('tiers in use: V1 LLM alone, V2 +LPPM, V3 +DTR, V4 +CET'),
  defaultRole: z
    .string()
    .min(1)
    .optional()
    .describe(
      'role that the model name thought-engine means, and that logs without a role are imported for; unset: the first role with models, and support-agent',
    ),
  device: z.enum(devices).default('cpu').describe('execution provider for training and serving'),
  seed: z.coerce.number().int().min(0).default(1).describe('seed of everything random'),
  tierTimeoutMs: z.coerce
    .number()
    .int()
    .positive()
    .default(250)
    .describe('a cheap tier that takes longer is passed over (milliseconds)'),
  contextTokens: z.coerce
    .number()
    .int()
    .min(64)
    .default(2048)
    .describe('token budget of all that the LLM sees before the open message'),
  contextMemory: z
    .enum(['none', 'person', 'role'])
    .default('person')
    .describe('other conversations to draw on: none, those of the (named) person who asks, all that the role has had'),
  contextSummaryTokens: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('of these, for an extract of the messages that stay out; 0: none'),
  contextTools: z
    .array(z.string().min(1))
    .default([])
    .describe('read-only tools, such as mads.shop.search, that are asked for context with every message'),
  documents: z.array(z.string().min(1)).default([]).describe('folders and files (Markdown, text, PDF) to draw on'),
  encoder: z
    .string()
    .min(1)
    .optional()
    .describe('pre-trained text encoder that the process mapper learns with: a folder, or a name on the hub'),
  encoderTuning: z
    .enum(encoderTunings)
    .default('frozen')
    .describe(
      'whether training tunes that encoder too (of the layout of BERT; takes much longer), or uses it as it is',
    ),
  mineEveryHours: z.coerce
    .number()
    .min(0)
    .max(longestHours)
    .default(24)
    .describe('how often a server looks for processes in its log; 0 for never (hours)'),
  approveMinSupport: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('mined processes with so many runs act without a person approving them; unset: none do'),
  approveMinFitness: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.95)
    .describe('share of the runs that such a process must also explain'),
  approveMaxDoubts: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('doubts of the search that such a process may have; one with more waits for a person'),
  imperator: z
    .enum(['auto', 'llm', 'replay', 'none'])
    .default('auto')
    .describe('who settles what reaches the top; auto: the LLM where one is configured, else none'),
  llmBaseUrl: z.url().optional().describe('OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1'),
  llmModel: z.string().min(1).optional().describe('model name at that endpoint'),
  llmApiKey: z.string().min(1).optional().describe('its key; from the environment only, never stored'),
  llmTimeoutMs: z.coerce
    .number()
    .int()
    .positive()
    .default(120_000)
    .describe('longest wait for a whole answer (milliseconds)'),
  llmInputUsdPerMillion: z.coerce
    .number()
    .min(0)
    .default(2.5)
    .describe('price of a million input tokens in USD, for the savings report'),
  llmOutputUsdPerMillion: z.coerce.number().min(0).default(10).describe('price of a million output tokens in USD'),
  learn: z
    .union([z.boolean(), z.stringbool()])
    .default(true)
    .describe('learn by itself while serving, at low priority; off: only when asked to'),
  learnTurns: z.coerce.number().int().min(1).default(500).describe('new labelled turns that are worth a training'),
  learnDays: z.coerce.number().gt(0).default(7).describe('days after which a quarter of these is enough'),
  learnRestMinutes: z.coerce
    .number()
    .min(0)
    .default(60)
    .describe('least time between two trainings of one role (minutes)'),
  explore: z.coerce
    .number()
    .min(0)
    .max(0.5)
    .default(0.01)
    .describe('share of what a cheap tier would settle that goes to the LLM all the same, to see what is right'),
  rollout: z
    .enum(['canary', 'direct'])
    .default('canary')
    .describe('what was learned without being asked for is tried out beside the champion first, or takes over at once'),
  rolloutMargin: z.coerce
    .number()
    .gt(0)
    .lt(1)
    .default(0.02)
    .describe('largest rise of the share of wrongly settled messages that a rollout puts up with'),
  rolloutMessages: z.coerce
    .number()
    .int()
    .min(1)
    .default(200)
    .describe('messages that a challenger sees at each share of the traffic at least'),
  rolloutAudit: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('share of the messages on which champion and challenger differ that the LLM judges'),
  rolloutDays: z.coerce
    .number()
    .gt(0)
    .default(14)
    .describe('days after which a rollout without a result ends; the champion stays'),
  pruneEveryHours: z.coerce
    .number()
    .min(0)
    .max(longestHours)
    .default(24)
    .describe('how often a server removes models and snapshots that nothing needs any more; 0 for never (hours)'),
  pruneKeep: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('of each role so many champions and candidates, and so many snapshots, that are kept all the same'),
  queueUrl: z.string().default('embedded').describe('job queue: embedded, redis://... or postgres://...'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('warn')
    .describe('how much the process says of itself on stderr'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
export type ConfigInput = Readonly<Partial<Record<keyof Config, unknown>>>;

/** Settings of which the environment gives a list, parted by commas. */
const listKeys: ReadonlySet<string> = new Set<keyof Config>(['allowedHosts', 'contextTools', 'documents']);

/** `llmBaseUrl` -> `THOUGHT_ENGINE_LLM_BASE_URL`. */
export function environmentName(key: string): string {
  return `THOUGHT_ENGINE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Parsed once at start-up. @throws CONFIG_INVALID naming the key at fault */
export function parseConfig(input: unknown): Config {
  const result = configSchema.safeParse(input);
  if (!result.success) {
    throw new EngineError('CONFIG_INVALID', { detail: faultsOf(result.error) }, { cause: result.error });
  }
  const config = result.data;
  if (!isLoopback(config.host) && config.token === undefined) {
    const detail = `host ${config.host} can be reached from other machines: set a token of at least 16 characters (THOUGHT_ENGINE_TOKEN)`;
    throw new EngineError('CONFIG_INVALID', { detail });
  }
  return Object.freeze(config);
}

/** All faults in one line, each with the key that is at fault. */
export function faultsOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Flags beat the environment, the environment beats `thought-engine.json`, that beats the defaults.
 * @throws CONFIG_INVALID where a key is unknown, a value is out of bounds, or the file holds an API key
 */
export function loadConfig(
  flags: ConfigInput,
  environment: Readonly<Record<string, string | undefined>>,
  file = 'thought-engine.json',
): Config {
  const fromFile = readConfigFile(file);
  if ('llmApiKey' in fromFile) {
    const detail = `${file} holds llmApiKey: keys come from the environment (${environmentName('llmApiKey')})`;
    throw new EngineError('CONFIG_INVALID', { detail });
  }
  const fromEnvironment: Record<string, unknown> = {};
  for (const key of Object.keys(configSchema.shape)) {
    const value = environment[environmentName(key)];
    if (value !== undefined && value !== '') fromEnvironment[key] = listKeys.has(key) ? value.split(',') : value;
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return parseConfig({ ...fromFile, ...fromEnvironment, ...given });
}

function readConfigFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new EngineError('CONFIG_INVALID', { detail: `cannot read ${file}: ${messageOf(error)}` }, { cause: error });
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('not an object');
    return parsed as Record<string, unknown>;
  } catch (error) {
    throw new EngineError('CONFIG_INVALID', { detail: `${file}: ${messageOf(error)}` }, { cause: error });
  }
}
