import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { parseConfig } from '../../../engine/core/config.ts';
import { chooseProvider } from '../../../mads/imperator-choice.ts';
import { FakeLlm } from '../../support/fake-llm.ts';
import { messageFixture, temporaryFolder } from '../../support/log-fixture.ts';
import { talk } from '../../support/talk.ts';

const folder = temporaryFolder();
const llm = { llmBaseUrl: 'http://127.0.0.1:9/v1', llmModel: 'm' };
let log: ConversationLog;
beforeAll(async () => {
  log = await ConversationLog.open({ dataDir: folder.path });
  const recorded = talk('c1', [
    ['user', 'why is the sky blue?'],
    ['assistant', 'Because of scattering.'],
  ]);
  await log.importConversations([recorded]);
});
afterAll(async () => {
  await log.close();
  folder.remove();
});
const choose = (given: object) => chooseProvider(parseConfig(given), log);
const request = (text: string) => ({
  messages: [messageFixture('m', { parts: [{ kind: 'text', text, provenance: 'caller' }] })],
  tools: [],
  parameters: {},
});

describe('chooseProvider', () => {
  it.each([
    ['nothing is configured', {}],
    ['the LLM has no model name', { llmBaseUrl: llm.llmBaseUrl }],
    ['nobody is wanted', { ...llm, imperator: 'none' }],
  ])('takes nobody where %s', async (_, given) => {
    expect(await choose(given)).toBeNull();
  });

  it('refuses to serve with an LLM that is not configured', async () => {
    await expect(choose({ imperator: 'llm' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('THOUGHT_ENGINE_LLM_MODEL'),
    });
  });

  it('replays what the log holds, even where an LLM is configured', async () => {
    const provider = await choose({ ...llm, imperator: 'replay' });
    expect(provider?.name).toBe('replay');
    const answer = await provider?.complete(request('why is the sky blue?'));
    expect(JSON.stringify(answer)).toContain('Because of scattering.');
    await expect(provider?.complete(request('who won?'))).rejects.toMatchObject({ code: 'REPLAY_MISS' });
  });

  it('asks the configured LLM, with its key', async () => {
    const fake = await FakeLlm.start();
    const provider = await choose({ llmBaseUrl: fake.url, llmModel: 'm1', llmApiKey: 'sk-test' });
    expect(JSON.stringify(await provider?.complete(request('hi')))).toContain('hello from the LLM');
    expect(fake.seen).toMatchObject([{ body: { model: 'm1' }, headers: { authorization: 'Bearer sk-test' } }]);
    await fake.stop();
  });
});
