import type { ConversationLog } from '../datasets/log/conversation-log.ts';
import type { Config } from '../engine/core/config.ts';
import type { Conversation } from '../engine/core/conversation.ts';
import { EngineError } from '../engine/core/errors.ts';
import { seededRandom } from '../engine/core/random.ts';
import type { Provider } from '../engine/providers/provider.ts';

/** Recorded conversations that `replay` answers from at most, newest first. */
const mostRecordings = 20_000;

/** Who settles what reaches the top, by configuration; null where nobody does. @throws CONFIG_INVALID */
export async function chooseProvider(config: Config, log: ConversationLog): Promise<Provider | null> {
  const { imperator, llmBaseUrl, llmModel, llmApiKey, llmTimeoutMs, seed } = config;
  if (imperator === 'none') return null;
  if (imperator === 'replay') {
    const { ReplayProvider } = await import('../engine/providers/replay.ts');
    return new ReplayProvider(await recordings(log));
  }
  if (llmBaseUrl === undefined || llmModel === undefined) {
    if (imperator === 'auto') return null;
    const detail =
      'imperator "llm" needs llmBaseUrl and llmModel (THOUGHT_ENGINE_LLM_BASE_URL, THOUGHT_ENGINE_LLM_MODEL)';
    throw new EngineError('CONFIG_INVALID', { detail });
  }
  const { AiSdkProvider } = await import('../engine/providers/ai-sdk.ts');
  return new AiSdkProvider({
    baseUrl: llmBaseUrl,
    model: llmModel,
    timeoutMs: llmTimeoutMs,
    random: seededRandom(seed),
    ...(llmApiKey === undefined ? {} : { apiKey: llmApiKey }),
  });
}

async function recordings(log: ConversationLog): Promise<Conversation[]> {
  const found: Conversation[] = [];
  for (const { id } of await log.conversations({ limit: mostRecordings })) {
    const conversation = await log.conversation(id);
    if (conversation !== null) found.push(conversation);
  }
  return found;
}
