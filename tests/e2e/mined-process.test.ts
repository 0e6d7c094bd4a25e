import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRecord } from '../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { loadConfig } from '../../engine/core/config.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import type { LearningStatus, Movement } from '../../engine/core/learning.ts';
import { textOf, toolCallsOf, type Message } from '../../engine/core/message.ts';
import { openEcosystem, type Ecosystem } from '../../mads/ecosystem.ts';
import { run } from '../../mads/grace/cli/main.ts';
import { createShell } from '../../mads/grace/cli/shell.ts';
import type { Approvals, ProcessSummary, ProcessView } from '../../mads/grace/process-office.ts';

const role = 'pm';
const tool = 'expenses.file';

/** As other people's logs are: nothing says which process or step anything is. */
function unlabelled(conversation: Conversation): Conversation {
  const bare = (message: Message): Message => {
    const { annotation, ...rest } = message;
    return annotation === undefined ? message : rest;
  };
  return { ...conversation, messages: conversation.messages.map(bare) };
}

const boardWords = 'please open the daily board for us';

/** Two people who always ask for the same in the same words. */
function boardTalk(index: number): Conversation {
  const conversation = `board-talk-${index}`;
  const sender = index % 2 === 0 ? 'ada' : 'bob';
  const message = (author: Message['author'], parts: Message['parts'], at: number): Message => ({
    id: `${conversation}-${at}`,
    conversation,
    author,
    sender: author === 'user' ? sender : author,
    recipient: role,
    time: Date.UTC(2026, 1, 2, 9, index, at),
    parts,
  });
  const call = {
    kind: 'tool-call',
    id: `${conversation}-call`,
    name: 'board_open',
    arguments: {},
    provenance: 'model',
  } as const;
  return {
    id: conversation,
    role,
    split: null,
    tools: [{ name: 'board_open', parameters: { type: 'object' } }],
    messages: [
      message('user', [{ kind: 'text', text: `Please open the daily board for us.`, provenance: 'caller' }], 0),
      message('assistant', [call], 1),
    ],
  };
}

describe('a process that nobody wrote down', () => {
  let dataDir: string;
  let ecosystem: Ecosystem;
  let url: string;
  let name = '';
  let version = '';
  let followed: ((typeof unseen)[number] & { readonly content: string | null }) | null = null;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'mined-'));
    // where root runs the tests, the database server runs as another user, who must reach its folder
    await chmod(dataDir, 0o755);
    // the desk's tools may be simulated
    await writeFile(join(dataDir, 'sample-desk.json'), '{}');
  });
  afterAll(async () => {
    await ecosystem?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** The command as it is typed, in this process. */
  async function command<Answer>(...argv: string[]): Promise<Answer> {
    let said = '';
    const streams = { out: { write: (piece: string) => (said += piece) }, error: { write: () => undefined } };
    const code = await run([...argv, '--data-dir', dataDir, '--json'], createShell(streams, {}));
    expect(code, said).toBe(0);
    return JSON.parse(said) as Answer;
  }

  /** A small log proves little, so the budget is wide. */
  async function open(settings: { readonly learn: boolean; readonly learnTurns?: number }): Promise<void> {
    const config = loadConfig({ dataDir, port: 0, alpha: 0.3, imperator: 'none', ...settings }, {}, 'none');
    ecosystem = await openEcosystem(config, { logger: quietLogger, withQueue: true, withWorker: true });
    ({ url } = await ecosystem.listen());
  }

  const moves = async (what: string): Promise<readonly Movement[]> =>
    (await command<LearningStatus>('learning', '--role', role)).moved.filter((move) => move.what === what);

  /** The first call of the tool in conversations that the log does not hold: what was said before, and its arguments. */
  const unseen = sampleConversations(2, { conversations: 480 })
    .filter((one) => one.role === role)
    .flatMap(({ id, messages }) => {
      const at = messages.findIndex((message) => toolCallsOf(message).some((call) => call.name === tool));
      const before = messages.slice(0, at);
      return at > 0 && before.every((message) => toolCallsOf(message).length === 0) ? [{ id, before }] : [];
    });

  function ask(conversation: string, before: readonly Conversation['messages'][number][]) {
    return say(conversation, {
      messages: before.map((message) => ({ role: message.author, content: textOf(message) })),
    });
  }

  async function say(conversation: string, request: object) {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: role, ...request, metadata: { conversation_id: conversation } }),
    });
    const body = (await answer.json()) as {
      readonly choices?: readonly { readonly message: { readonly content: string } }[];
    };
    return {
      tier: answer.headers.get('x-thought-engine-tier'),
      decision: answer.headers.get('x-decision-id') ?? '',
      content: body.choices?.[0]?.message.content ?? null,
    };
  }

  async function rowsOf(conversation: string): Promise<readonly Decision[]> {
    return ecosystem.log.decisions({ conversation, settled: true });
  }

  it('is found in a log through a job of the server', async () => {
    const log = join(dataDir, 'pm.jsonl');
    const conversations = [
      ...sampleConversations(1, { conversations: 260 }).filter((one) => one.role === role),
      ...Array.from({ length: 24 }, (_, index) => boardTalk(index)),
    ];
    await writeFile(log, conversations.map((one) => JSON.stringify(chatRecord(unlabelled(one)))).join('\n'));
    await command('import', log, '--role', role);
    // a small log proves little
    await open({ learn: false });
    const [mined] = await command<readonly { readonly result: { readonly fresh: readonly string[] } }[]>(
      'processes',
      'mine',
    );
    expect(mined?.result.fresh.length).toBeGreaterThanOrEqual(3);
    const listed = await command<readonly ProcessSummary[]>('processes', 'list', '--role', role);
    const views = await Promise.all(listed.map((one) => command<ProcessView>('processes', 'show', one.name)));
    const found = views.find(({ stored }) =>
      stored.definition.steps.some((step) => step.kind === 'call' && step.tool === tool),
    );
    name = found?.stored.definition.name ?? '';
    expect(found).toMatchObject({ objection: null, stored: { state: 'proposed', approved: null } });
    expect(found?.stored.evidence?.support).toBeGreaterThan(10);
  });

  it('does nothing while it is only proposed', async () => {
    expect(ecosystem.parts.roles()).toEqual([role]);
    expect((await ecosystem.desk.processes({ role })).every((one) => 'approved' in one && one.approved === null)).toBe(
      true,
    );
  });

  it('is approved, and taught to the process mapper', async () => {
    const { approved } = await command<Approvals>('processes', 'approve', name);
    version = approved[0]?.version ?? '';
    const [trained] = await command<readonly { readonly result: { readonly promoted: boolean } }[]>(
      'train',
      '--tier',
      'lppm',
    );
    expect(trained?.result.promoted).toBe(true);
    const [job] = await ecosystem.desk.jobs();
    expect(job?.job.config).toMatchObject({ processes: [version] });
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status, { timeout: 10_000 }).toBe(200);
  });

  it('is followed: a message is answered by its call and its words, under its version', async () => {
    for (const talk of unseen) {
      const { id, before } = talk;
      const { tier, content } = await ask(id, before);
      if (tier !== 'lppm') continue;
      const rows = await rowsOf(id);
      if (rows[0]?.outcome?.kind !== 'tool-call') continue;
      expect(rows[0].outcome).toMatchObject({ name: tool, process: name });
      expect(rows[0].evidence[0]?.what).toContain(`under process ${name}, `);
      expect(rows[0].evidence[0]?.what).toContain(`version ${version.slice(0, 16)}`);
      followed = { ...talk, content };
      break;
    }
    expect(followed, `${unseen.length} conversations`).not.toBeNull();
    // what the process says after its call
    const { stored } = await command<ProcessView>('processes', 'show', name);
    const call = stored.definition.steps.find((step) => step.kind === 'call' && step.tool === tool);
    const next = stored.definition.edges.find((edge) => edge.from === call?.id)?.to;
    const step = stored.definition.steps.find((one) => one.id === next);
    expect(step !== undefined && 'text' in step ? step.text : '').not.toBe('');
    expect(followed?.content).toContain(step !== undefined && 'text' in step ? step.text : 'nothing');
    const kept = await ecosystem.log.conversation(followed?.id ?? '');
    expect(kept?.messages.flatMap(toolCallsOf).map((one) => one.name)).toEqual([tool]);
  });

  it('has come a way that anybody can look up', async () => {
    await expect
      .poll(async () => (await moves(name)).map(({ kind }) => kind), { timeout: 10_000 })
      .toEqual(['graduated', 'learned', 'approved', 'proposed']);
    const [graduated, , approved, proposed] = await moves(name);
    expect(graduated).toMatchObject({ from: 'imperator', to: 'lppm' });
    expect(graduated?.evidence?.[0]).toBe(`bundle ${(await ecosystem.registry.current(role))?.id}`);
    expect(approved).toMatchObject({ why: expect.stringMatching(/^approved by /), evidence: [`version ${version}`] });
    expect(proposed?.rows).toBeGreaterThan(10);
    const { learning } = await ecosystem.desk.overview({ role });
    expect(learning.moved).toEqual((await command<LearningStatus>('learning', '--role', role)).moved);
  });

  it('settles nothing more as soon as the words of people break its bound', async () => {
    const before = followed?.before ?? [];
    const spoiled = [];
    for (let time = 0; time < 12; time += 1) spoiled.push(await ask(`${followed?.id}-spoiled-${time}`, before));
    expect(spoiled.map(({ tier }) => tier)).toEqual(spoiled.map(() => 'lppm'));
    for (const { decision } of spoiled) await command('labels', 'answer', decision, 'wrong');
    await expect
      .poll(async () => (await moves(name))[0], { timeout: 10_000 })
      .toMatchObject({
        kind: 'demoted',
        from: 'lppm',
        to: 'imperator',
        why: expect.stringMatching(/^people called \d+ of /),
        errors: 12,
      });
    const after = `${followed?.id}-after`;
    expect((await ask(after, before)).tier).not.toBe('lppm');
    const [passed] = (await ecosystem.log.decisions({ conversation: after })).filter((row) => row.tier === 'lppm');
    expect(passed?.reason).toMatch(/ was demoted: people called /);
  });

  const what = `“${boardWords}” → board_open`;
  const boardTools = [{ type: 'function', function: { name: 'board_open', parameters: { type: 'object' } } }];
  const askForBoard = (conversation: string) =>
    say(conversation, { messages: [{ role: 'user', content: `${boardWords}.` }], tools: boardTools });

  it('turns words that always mean one deed into a route of the tree router', async () => {
    for (let time = 0; time < 4; time += 1) expect((await askForBoard(`board-${time}`)).tier).toBe('lppm');
    await ecosystem.close();
    // the first look of a server that learns by itself is a deep one; so many turns never come
    await open({ learn: true, learnTurns: 1_000_000 });
    await expect
      .poll(async () => (await moves(what))[0], { timeout: 20_000 })
      .toMatchObject({
        kind: 'graduated',
        from: 'lppm',
        to: 'dtr',
        rows: 24,
        errors: 0,
      });
    expect((await askForBoard('board-dtr')).tier).toBe('dtr');
    // what was demoted stays so over a restart
    expect((await moves(name))[0]?.kind).toBe('demoted');
    expect((await ask(`${followed?.id}-restart`, followed?.before ?? [])).tier).not.toBe('lppm');
  });

  it('takes the route back on one word of a person', async () => {
    const { decision } = await askForBoard('board-wrong');
    await command('labels', 'answer', decision, 'wrong');
    await expect.poll(async () => (await moves(what))[0]?.kind, { timeout: 10_000 }).toBe('demoted');
    expect((await askForBoard('board-after')).tier).not.toBe('dtr');
  });

  it('acts no more when it is retired, at once', async () => {
    await command('processes', 'remove', name);
    const again = `${followed?.id}-again`;
    expect((await ask(again, followed?.before ?? [])).tier).not.toBe('lppm');
    expect(await rowsOf(again)).toEqual([]);
    const [passed] = (await ecosystem.log.decisions({ conversation: again })).filter((row) => row.tier === 'lppm');
    expect(passed?.reason).toBe(`the process ${name} was retired`);
  });
});
