import { expect, it } from 'vitest';
import { configSchema, environmentName, parseConfig } from '../../engine/core/config.ts';

/** Key of the configuration file: name in the environment, default. */
const pinned = {
  dataDir: ['THOUGHT_ENGINE_DATA_DIR', '.thought-engine'],
  sharedDir: ['THOUGHT_ENGINE_SHARED_DIR', undefined],
  host: ['THOUGHT_ENGINE_HOST', '127.0.0.1'],
  port: ['THOUGHT_ENGINE_PORT', 8787],
  token: ['THOUGHT_ENGINE_TOKEN', undefined],
  allowedHosts: ['THOUGHT_ENGINE_ALLOWED_HOSTS', []],
  maxBodyBytes: ['THOUGHT_ENGINE_MAX_BODY_BYTES', 1048576],
  alpha: ['THOUGHT_ENGINE_ALPHA', 0.05],
  delta: ['THOUGHT_ENGINE_DELTA', 0.1],
  level: ['THOUGHT_ENGINE_LEVEL', 'V4'],
  defaultRole: ['THOUGHT_ENGINE_DEFAULT_ROLE', undefined],
  device: ['THOUGHT_ENGINE_DEVICE', 'cpu'],
  encoder: ['THOUGHT_ENGINE_ENCODER', undefined],
  encoderTuning: ['THOUGHT_ENGINE_ENCODER_TUNING', 'frozen'],
  seed: ['THOUGHT_ENGINE_SEED', 1],
  tierTimeoutMs: ['THOUGHT_ENGINE_TIER_TIMEOUT_MS', 250],
  contextTokens: ['THOUGHT_ENGINE_CONTEXT_TOKENS', 2048],
  mineEveryHours: ['THOUGHT_ENGINE_MINE_EVERY_HOURS', 24],
  approveMinSupport: ['THOUGHT_ENGINE_APPROVE_MIN_SUPPORT', undefined],
  approveMinFitness: ['THOUGHT_ENGINE_APPROVE_MIN_FITNESS', 0.95],
  approveMaxDoubts: ['THOUGHT_ENGINE_APPROVE_MAX_DOUBTS', 0],
  contextMemory: ['THOUGHT_ENGINE_CONTEXT_MEMORY', 'person'],
  contextSummaryTokens: ['THOUGHT_ENGINE_CONTEXT_SUMMARY_TOKENS', 0],
  contextTools: ['THOUGHT_ENGINE_CONTEXT_TOOLS', []],
  documents: ['THOUGHT_ENGINE_DOCUMENTS', []],
  imperator: ['THOUGHT_ENGINE_IMPERATOR', 'auto'],
  llmBaseUrl: ['THOUGHT_ENGINE_LLM_BASE_URL', undefined],
  llmModel: ['THOUGHT_ENGINE_LLM_MODEL', undefined],
  llmApiKey: ['THOUGHT_ENGINE_LLM_API_KEY', undefined],
  llmTimeoutMs: ['THOUGHT_ENGINE_LLM_TIMEOUT_MS', 120000],
  llmInputUsdPerMillion: ['THOUGHT_ENGINE_LLM_INPUT_USD_PER_MILLION', 2.5],
  llmOutputUsdPerMillion: ['THOUGHT_ENGINE_LLM_OUTPUT_USD_PER_MILLION', 10],
  learn: ['THOUGHT_ENGINE_LEARN', true],
  learnTurns: ['THOUGHT_ENGINE_LEARN_TURNS', 500],
  learnDays: ['THOUGHT_ENGINE_LEARN_DAYS', 7],
  learnRestMinutes: ['THOUGHT_ENGINE_LEARN_REST_MINUTES', 60],
  explore: ['THOUGHT_ENGINE_EXPLORE', 0.01],
  rollout: ['THOUGHT_ENGINE_ROLLOUT', 'canary'],
  rolloutMargin: ['THOUGHT_ENGINE_ROLLOUT_MARGIN', 0.02],
  rolloutMessages: ['THOUGHT_ENGINE_ROLLOUT_MESSAGES', 200],
  rolloutAudit: ['THOUGHT_ENGINE_ROLLOUT_AUDIT', 0.5],
  rolloutDays: ['THOUGHT_ENGINE_ROLLOUT_DAYS', 14],
  pruneEveryHours: ['THOUGHT_ENGINE_PRUNE_EVERY_HOURS', 24],
  pruneKeep: ['THOUGHT_ENGINE_PRUNE_KEEP', 5],
  queueUrl: ['THOUGHT_ENGINE_QUEUE_URL', 'embedded'],
  logLevel: ['THOUGHT_ENGINE_LOG_LEVEL', 'warn'],
};

it('settings keep their names and defaults', () => {
  const defaults: Readonly<Record<string, unknown>> = parseConfig({});
  const now = Object.keys(configSchema.shape).map((key) => [key, [environmentName(key), defaults[key]]]);
  expect(Object.fromEntries(now)).toEqual(pinned);
});
