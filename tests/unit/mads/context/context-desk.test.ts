import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../../engine/core/config.ts';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { openEcosystem, type Ecosystem } from '../../../../mads/ecosystem.ts';
import { FakeLlm } from '../../../support/fake-llm.ts';
import { messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
let llm: FakeLlm;
let ecosystem: Ecosystem;

beforeAll(async () => {
  folder = temporaryFolder();
  llm = await FakeLlm.start();
  const documents = join(folder.path, 'docs');
  mkdirSync(documents);
  writeFileSync(join(documents, 'returns.md'), '# Returns\n\nA kayak can be returned within thirty days.');
  const flags = {
    dataDir: join(folder.path, 'data'),
    port: 0,
    contextTokens: 200,
    documents: [documents],
    contextTools: ['mads.rogers.append', 'mads.nobody.search'],
    llmBaseUrl: llm.url,
    llmModel: 'gpt-4o',
    // the sources are asked on a machine that may be busy
    tierTimeoutMs: 10_000,
  };
  const config = loadConfig(flags, {}, join(folder.path, 'none.json'));
  ecosystem = await openEcosystem(config, { logger: quietLogger, withQueue: false });
  const said = (id: string, sender: string, text: string) =>
    messageFixture(id, {
      conversation: `talk of ${sender}`,
      sender,
      parts: [{ kind: 'text', text, provenance: 'caller' }],
    });
  await ecosystem.log.appendMessages([said('old', 'ada', 'My kayak is the blue one.')], { role: 'desk' });
  await ecosystem.log.appendMessages([said('his', 'ben', 'My kayak is the red one.')], { role: 'desk' });
  await ecosystem.gateway.app.inject({ method: 'POST', url: '/api/import', payload: { paths: [talkFile()] } });
});
afterAll(async () => {
  await ecosystem.close();
  await llm.stop();
  folder.remove();
});

/** A log of the role, so that the role is hired. */
function talkFile(): string {
  const path = join(folder.path, 'talk.jsonl');
  const messages = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'hello' },
  ];
  writeFileSync(path, `${JSON.stringify({ messages, role: 'desk' })}\n`);
  return path;
}

type Sent = { readonly role: string; readonly content: string }[];
const stock = Array.from({ length: 60 }, (_, at) => `item ${at}, ${at * 3} pieces, shelf ${at % 9}`).join('\n');
const call = { id: 'c1', type: 'function', function: { name: 'stock', arguments: '{}' } };
const before = [
  { role: 'system', content: 'You are a desk.' },
  { role: 'user', content: 'What is in stock?' },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'c1', content: stock },
  { role: 'assistant', content: 'Sixty items.' },
];

async function chat(
  text: string,
): Promise<{ readonly seen: Sent[]; readonly tools: string[][]; readonly answer: string }> {
  const roles = await ecosystem.desk.roles();
  const payload = {
    model: roles.includes('desk') ? 'desk' : roles[0],
    messages: [...before, { role: 'user', content: text }],
    metadata: { conversation_id: 'now' },
    user: 'ada',
  };
  const answer = await ecosystem.gateway.app.inject({ method: 'POST', url: '/v1/chat/completions', payload });
  expect(answer.statusCode, answer.body).toBe(200);
  const seen = llm.seen.map(({ body }) => body['messages'] as Sent);
  const tools = llm.seen.map(({ body }) =>
    ((body['tools'] ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name),
  );
  const { choices } = answer.json() as { choices: { message: { content: string } }[] };
  return { seen, tools, answer: choices[0]!.message.content };
}

it('shows the LLM what was found elsewhere, holds back what is too much, and lets it fetch that', async () => {
  for (let tries = 0; tries < 100 && !JSON.stringify(await route('kayak')).includes('returns.md'); tries += 1)
    await wait(50);
  llm.script({ say: 'Yes.' });
  const first = await chat('Can I return my kayak?');
  const text = first.seen[0]!.map(({ content }) => content).join('\n');
  expect(text).toContain('[document: returns.md, Returns] A kayak can be returned within thirty days.');
  expect(text).toContain('My kayak is the blue one.');
  expect(text).not.toContain('red one');
  expect(first.seen[0]!.at(-1)!.content).toContain('return my kayak');
  const id = /tool-result held back: .*fetch it by id (\S+)\]/.exec(text)?.[1];
  expect(id).toBeDefined();
  expect(first.tools[0]).toEqual(['context__fetch']);

  llm.script({ call: { name: 'context__fetch', arguments: { id, query: 'item 41,' } } }, { say: '123 pieces.' });
  const second = await chat('How many of item 41 are there?');
  expect(second.answer).toBe('123 pieces.');
  expect(second.seen[1]!.at(-1)!.content).toBe('42: item 41, 123 pieces, shelf 5');
});

it('names sources that fail, and answers from the rest', async () => {
  llm.script({ say: 'Yes.' });
  await chat('Is the kayak blue?');
  await ecosystem.log.flush();
  const [visit] = await ecosystem.log.decisions({ conversation: 'now', tier: 'cet', limit: 1 });
  expect(visit!.reason).toContain(
    'mads.rogers.append failed: tool mads.rogers.append (reversible) is not allowed here',
  );
  expect(visit!.reason).toContain('mads.nobody.search failed: no MAD named nobody');
  expect(visit!.choices.find(({ id }) => id === 'old')).toMatchObject({
    chosen: true,
    place: 'conversation of 2023-11-14, ada',
  });
  // What was said elsewhere is kept there alone; what no message holds is kept with the choice.
  expect(visit!.choices.find(({ id }) => id === 'old')).not.toHaveProperty('text');
  expect(visit!.choices.find(({ kind }) => kind === 'document')!.text).toContain('within thirty days');
});

it('lets /v1/route say what each message of the conversation holds', async () => {
  const answer = (await route('Is it blue?')) as { visits: { choices: { chosen: boolean; text?: string }[] }[] };
  const texts = answer.visits.flatMap(({ choices }) => choices.map(({ text }) => text));
  expect(texts).toContain('Sixty items.');
});

function route(text: string): Promise<unknown> {
  const payload = { text, role: 'desk', conversation: 'now' };
  return ecosystem.gateway.app.inject({ method: 'POST', url: '/v1/route', payload }).then((answer) => answer.json());
}
