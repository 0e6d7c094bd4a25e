import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from '../support/desk.ts';

let desk: Desk;
let url: string;
beforeAll(async () => {
  desk = await Desk.open({
    lppm: { hello: { kind: 'reply', text: 'Hello!' } },
    config: { token: 'a-long-secret-token' },
  });
  ({ url } = await desk.gateway.listen());
});
afterAll(() => desk.close());

async function connect(path = '/mcp', token = 'a-long-secret-token'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(path, url), { requestInit }));
  return client;
}

type Answer = { content: { type: string; text?: string }[]; isError?: boolean; structuredContent?: unknown };
const call = async (client: Client, name: string, given: Record<string, unknown> = {}): Promise<Answer> =>
  (await client.callTool({ name, arguments: given })) as Answer;

describe('/mcp', () => {
  it('lists the tools of Rogers and Grace under their canonical names', async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).toSorted()).toEqual([
      'mads.grace.feedback',
      'mads.grace.report',
      'mads.grace.route',
      'mads.rogers.append',
      'mads.rogers.create',
      'mads.rogers.join',
      'mads.rogers.leave',
      'mads.rogers.recall',
    ]);
    expect(tools.find((tool) => tool.name === 'mads.grace.route')?.annotations?.readOnlyHint).toBe(true);
    await client.close();
  });

  it('lists names that chat protocols take, where asked, and takes calls by them', async () => {
    const client = await connect('/mcp?names=alias');
    const { tools } = await client.listTools();
    for (const tool of tools) expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect((await call(client, 'mads__grace__report')).structuredContent).toEqual({ share: 0.5 });
    await client.close();
  });

  it('routes a message and says why', async () => {
    const client = await connect();
    const answer = await call(client, 'mads.grace.route', { text: 'hello there' });
    expect(answer.structuredContent).toMatchObject({ tier: 'lppm', outcome: { text: 'Hello!' }, confidence: 0.99 });
    await client.close();
  });

  it('takes a correction', async () => {
    const client = await connect();
    await call(client, 'mads.grace.feedback', { decision_id: 'dec_9', correct: false });
    expect(desk.feedback.at(-1)).toEqual({ decision: 'dec_9', correct: false, source: 'human' });
    await client.close();
  });

  it('holds a conversation with Rogers', async () => {
    const client = await connect();
    const { conversation } = (await call(client, 'mads.rogers.create', { members: ['bob'] })).structuredContent as {
      conversation: string;
    };
    await call(client, 'mads.rogers.append', { conversation, text: 'remember the milk' });
    const recalled = await call(client, 'mads.rogers.recall', { conversation });
    expect(recalled.structuredContent).toMatchObject({ messages: [{ sender: 'user', text: 'remember the milk' }] });
    await call(client, 'mads.rogers.leave', { conversation });
    const refused = await call(client, 'mads.rogers.recall', { conversation });
    expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^NOT_A_MEMBER/) }] });
    await client.close();
  });

  it('answers an unknown tool and wrong arguments in words', async () => {
    const client = await connect();
    expect(await call(client, 'mads.grace.none')).toMatchObject({ isError: true });
    const wrong = await call(client, 'mads.rogers.recall', { conversation: 5 });
    expect(wrong.content[0]?.text).toMatch(/^TOOL_ARGUMENTS_INVALID.*string/);
    await client.close();
  });

  it('is closed without the token', async () => {
    await expect(connect('/mcp', 'wrong')).rejects.toThrow();
  });

  it('is closed to pages of other sites', async () => {
    const headers = { origin: 'https://evil.example', authorization: 'Bearer a-long-secret-token' };
    expect((await fetch(`${url}/mcp`, { method: 'POST', headers })).status).toBe(403);
  });
});
