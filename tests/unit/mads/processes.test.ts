import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { ProcessStore } from '../../../datasets/processes/process-store.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { run } from '../../../mads/grace/cli/main.ts';
import { createShell } from '../../../mads/grace/cli/shell.ts';
import { mined, refund } from '../../support/mined.ts';

const role = 'support';

describe('thought-engine processes', () => {
  let folder: string;
  let store: ProcessStore;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'processes-verbs-'));
    const log = await ConversationLog.open({ dataDir: folder });
    const tools = ['orders.find', 'orders.refund'].map((name) => ({ name, parameters: { type: 'object' } }));
    const conversation: Conversation = { id: 'c1', role, split: null, tools, messages: [] };
    await log.importConversations([conversation]);
    await log.close();
    store = new ProcessStore(join(folder, 'processes'));
    await store.propose(role, [mined(refund), mined({ ...weak, name: 'weak' })]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const weak = { ...refund, steps: [{ id: 'bye', kind: 'end', text: 'Bye.' } as const], edges: [], start: 'bye' };

  async function command(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    let out = '';
    let error = '';
    const streams = {
      out: { write: (text: string) => (out += text) },
      error: { write: (text: string) => (error += text) },
    };
    const code = await run(['processes', ...argv, '--data-dir', folder], createShell(streams, environment));
    return { code, out, error };
  }
  const answer = async (...argv: string[]): Promise<unknown> => JSON.parse((await command([...argv, '--json'])).out);

  it('lists proposals with their figures', async () => {
    expect(await answer('list')).toMatchObject([
      { role, name: 'refund', state: 'proposed', approved: null, support: 40, fitness: 0.96, doubts: 1 },
      { name: 'weak' },
    ]);
    expect((await command(['list'])).out).toMatch(/refund +│ proposed +│ +4 │ +40 │ +25\.0 % │ +0\.96 │ +0\.91 │ +1/);
  });

  it('shows steps, ways, origins, doubts and examples, and draws the process', async () => {
    const { out } = await command(['show', 'refund']);
    expect(out).toContain('nothing of it acts');
    expect(out).toContain('amount from find.amount');
    expect(out).toMatch(/find → refund when find\.status = "found" +│ +20/);
    expect(out).toContain('ask: said in two ways');
    expect(out).toContain('ask  seen in c1, message m1');
    expect((await command(['show', 'refund', '--mermaid'])).out).toMatch(/^flowchart TD\n/);
  });

  it('approves what a policy lets pass, says why the rest is left, and goes back to an earlier version', async () => {
    await store.propose(role, [mined(refund), { ...mined({ ...weak, name: 'weak' }), support: 3 }]);
    const policy = ['--all', '--min-support', '20', '--min-fitness', '0.9'];
    // the search was unsure of one thing: nobody but a person, or a policy that says so, lets that pass
    const doubted = (await answer('approve', ...policy)) as { approved: object[]; left: { reason: string }[] };
    expect(doubted.approved).toEqual([]);
    expect(doubted.left.map(({ reason }) => reason)).toContain('it has a doubt, which a person has to look at');
    const { approved, left } = (await answer('approve', ...policy, '--max-doubts', '1')) as {
      readonly approved: readonly { readonly version: string }[];
      readonly left: readonly object[];
    };
    expect(approved).toMatchObject([{ role, name: 'refund' }]);
    expect(left).toEqual([{ role, name: 'weak', reason: '3 runs, the policy asks for 20' }]);
    expect((await store.show(role, 'refund')).history.at(-1)?.by).toBe(
      'policy: support ≥ 20, fitness ≥ 0.9, doubts ≤ 1',
    );

    const path = join(folder, 'changed.json');
    writeFileSync(path, JSON.stringify(refund).replace('You get', 'You will get'));
    expect((await command(['edit', 'refund', '--file', path])).out).toContain('approving would change:');
    expect((await command(['diff', 'refund'])).out).toBe(
      '- step done: {"id":"done","kind":"end","text":"You get {find.amount} back."}\n' +
        '+ step done: {"id":"done","kind":"end","text":"You will get {find.amount} back."}\n',
    );
    const first = approved[0]?.version ?? '';
    expect((await store.approved(role)).processes[0]?.version).toBe(first);
    expect((await command(['approve', 'refund'])).code).toBe(0);
    expect((await store.approved(role)).processes[0]?.version).not.toBe(first);
    expect((await command(['approve', 'refund', '--to', first.slice(0, 12)])).code).toBe(0);
    expect((await store.approved(role)).processes[0]?.version).toBe(first);
  });

  it('edits in the editor of the person', async () => {
    const editor = join(folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/Give money back/Pay back/" "$2"\n');
    chmodSync(editor, 0o755);
    expect((await command(['edit', 'refund'], { EDITOR: `${editor} -w` })).out).toContain('Pay back.');
    expect((await store.show(role, 'refund')).state).toBe('proposed');
    expect(await command(['edit', 'refund'])).toMatchObject({
      code: 2,
      error: expect.stringMatching(/EDITOR/) as string,
    });
  });

  it('renames and removes', async () => {
    expect(await answer('edit', 'refund', '--rename', 'money back')).toMatchObject({
      stored: { definition: { name: 'money back' } },
    });
    expect((await command(['remove', 'money back'])).out).toBe('money back of support is retired\n');
    expect((await store.approved(role)).processes).toEqual([]);
  });

  it.each([
    [['approve'], 2, 'name a process, or say --all'],
    [['approve', '--all'], 2, '--all needs --min-support and --min-fitness'],
    [['approve', 'weak', '--all', '--min-support', '1', '--min-fitness', '0'], 2, 'not both'],
    [['approve', '--all', '--min-support', 'x', '--min-fitness', '0'], 2, 'not x'],
    [['mine', '--min-support', '1'], 2, 'at least 2, not 1'],
    [['show', 'nothing'], 1, 'no process named "nothing"'],
    [['show', 'nothing', '--role', role], 1, 'there are money back, weak'],
    [['edit', 'weak', '--file', '/nowhere.yaml'], 1, 'cannot read /nowhere.yaml'],
    [['approve', 'weak', '--to', 'abc'], 1, 'changed meanwhile (expected abc'],
  ])('answers %j with one clear line', async (argv, code, words) => {
    const said = await command(argv);
    expect(said).toMatchObject({ code, out: '' });
    expect(said.error).toContain(words);
    expect(said.error.trimEnd()).not.toContain('\n');
  });

  it('names file, line and step of a definition that cannot be followed', async () => {
    const path = join(folder, 'bad.yaml');
    writeFileSync(
      path,
      'name: weak\nsteps:\n  - id: bye\n    kind: call\n    tool: rm.rf\n    arguments: {}\nstart: bye\n',
    );
    const { code, error } = await command(['edit', 'weak', '--file', path]);
    expect(code).toBe(1);
    expect(error).toContain('process weak, step bye: the given definition, line 3: it calls the unknown tool rm.rf');
    expect((await store.show(role, 'weak')).definition.steps[0]?.kind).toBe('end');
    expect(readFileSync(path, 'utf8')).toContain('rm.rf');
  });
});
