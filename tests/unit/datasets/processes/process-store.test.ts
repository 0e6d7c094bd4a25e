import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessStore } from '../../../../datasets/processes/process-store.ts';
import type { StoredProcess } from '../../../../datasets/processes/stored-process.ts';
import { ProcessDefinition } from '../../../../engine/action/process-definition.ts';
import { ManualClock } from '../../../../engine/core/clock.ts';
import type { Process } from '../../../../engine/core/process.ts';
import { mined, refund } from '../../../support/mined.ts';

const tools = new Set(['orders.find', 'orders.refund']);
const role = 'support';

describe('ProcessStore', () => {
  let root: string;
  let store: ProcessStore;
  const clock = new ManualClock(1_000);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'processes-'));
    store = new ProcessStore(join(root, 'processes'), {
      clock,
      check: (_role, process) => void new ProcessDefinition(process, (tool) => tools.has(tool)),
    });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const file = (name = 'refund'): string => join(root, 'processes', role, `${name}.yaml`);
  const change = (from: string | RegExp, to: string): void => {
    const text = readFileSync(file(), 'utf8');
    expect(text.replace(from, to)).not.toBe(text);
    writeFileSync(file(), text.replace(from, to));
  };
  const acting = async (): Promise<readonly string[]> =>
    (await store.approved(role)).processes.map(({ process }) => process.name);

  it('keeps what was mined as a proposal that does nothing', async () => {
    expect(await store.propose(role, [mined(refund)])).toMatchObject({ fresh: ['refund'], changed: [] });
    const shown = await store.show(role, 'refund');
    expect(shown).toMatchObject({ state: 'proposed', approved: null, definition: refund, evidence: { support: 40 } });
    expect(await acting()).toEqual([]);
  });

  it('lets an approved definition act under its version', async () => {
    await store.propose(role, [mined(refund)]);
    const { version } = await store.approve(role, 'refund', 'ada');
    expect(await store.approved(role)).toEqual({ processes: [{ process: refund, version }], retired: [], faults: [] });
    expect((await store.show(role, 'refund')).history).toMatchObject([
      { what: 'found', by: 'mining', time: 1_000 },
      { what: 'approved', by: 'ada', version },
    ]);
  });

  it('says the same of the same log, and keeps only what is news', async () => {
    await store.propose(role, [mined(refund)]);
    await store.approve(role, 'refund', 'ada');
    const again = { ...mined(refund), support: 55 };
    expect(await store.propose(role, [again])).toMatchObject({ same: ['refund'], fresh: [], changed: [] });
    expect(await store.show(role, 'refund')).toMatchObject({ state: 'approved', evidence: { support: 55 } });
  });

  const longer: Process = {
    ...refund,
    name: 'refunds',
    steps: [
      // the miner numbers steps anew each time
      ...refund.steps.map((step) => ({ ...step, id: `n_${step.id}` })),
      { id: 'n_thanks', kind: 'tell', text: 'We are sorry for the trouble.' },
    ],
    edges: [
      { from: 'n_ask', to: 'n_find' },
      { from: 'n_find', to: 'n_thanks', when: { path: 'n_find.status', equals: 'found' } },
      { from: 'n_thanks', to: 'n_refund' },
      { from: 'n_refund', to: 'n_done' },
    ],
    start: 'n_ask',
  };

  it('proposes a process that changed as a version of the old one, which goes on acting', async () => {
    await store.propose(role, [mined(refund)]);
    const { version } = await store.approve(role, 'refund', 'ada');
    expect(await store.propose(role, [mined(longer)])).toMatchObject({ changed: ['refund'], fresh: [] });
    const shown = await store.show(role, 'refund');
    expect(shown).toMatchObject({ state: 'proposed', approved: version });
    expect(shown.definition.steps.map((step) => step.id)).toEqual(['ask', 'find', 'refund', 'done', 'n_thanks']);
    expect(shown.definition.edges[1]?.when?.path).toBe('find.status');
    expect(shown.evidence?.steps.map((step) => step.step)).toContain('find');
    expect((await store.approved(role)).processes[0]?.version).toBe(version);
    const next = await store.approve(role, 'refund', 'ada');
    expect((await store.approved(role)).processes[0]?.version).toBe(next.version);
    expect(await store.version(role, version)).toEqual(refund);
  });

  it('goes back to an earlier version, and mining does not propose the rejected one again', async () => {
    await store.propose(role, [mined(refund)]);
    const first = await store.approve(role, 'refund', 'ada');
    await store.propose(role, [mined(longer)]);
    await store.approve(role, 'refund', 'ada');
    await store.approve(role, 'refund', 'ada', first.version.slice(0, 10));
    expect(await store.propose(role, [mined(longer)])).toMatchObject({ same: ['refund'], changed: [] });
    expect((await store.approved(role)).processes[0]?.version).toBe(first.version);
  });

  it('does not approve what changed since it was looked at', async () => {
    await store.propose(role, [mined(refund)]);
    const looked = await store.show(role, 'refund');
    await store.propose(role, [mined(longer)]);
    await expect(store.approve(role, 'refund', 'ada', looked.version)).rejects.toMatchObject({
      code: 'REGISTRY_CONFLICT',
    });
  });

  it('keeps a retired process from acting and from being proposed', async () => {
    await store.propose(role, [mined(refund)]);
    await store.approve(role, 'refund', 'ada');
    await store.retire(role, 'refund', 'ada');
    expect(await store.propose(role, [mined(longer)])).toMatchObject({ same: ['refund'], fresh: [] });
    expect((await store.show(role, 'refund')).state).toBe('retired');
    expect(await store.approved(role)).toEqual({ processes: [], retired: [refund], faults: [] });
    await store.approve(role, 'refund', 'ada');
    expect(await acting()).toEqual(['refund']);
  });

  it('drops a proposal that is found no more, and says so of an approved process', async () => {
    const other = { ...refund, name: 'other', steps: [{ id: 'hi', kind: 'end', text: 'Hi.' }], edges: [], start: 'hi' };
    await store.propose(role, [mined(refund), mined(other as Process)]);
    await store.approve(role, 'refund', 'ada');
    expect(await store.propose(role, [])).toMatchObject({ missed: ['refund'], dropped: ['other'] });
    expect((await store.list(role)).map((one) => (one as StoredProcess).definition.name)).toEqual(['refund']);
    expect((await store.show(role, 'refund')).evidence?.doubts.at(-1)?.reason).toContain('did not find it');
  });

  it('gives another name to a process without stopping it', async () => {
    await store.propose(role, [mined(refund)]);
    await store.approve(role, 'refund', 'ada');
    await store.rename(role, 'refund', 'money back / refund', 'ada');
    expect(await acting()).toEqual(['money back / refund']);
    expect(await store.propose(role, [mined(refund)])).toMatchObject({ same: ['money back / refund'], fresh: [] });
    await expect(store.show(role, 'refund')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes a change in the file for a proposal', async () => {
    await store.propose(role, [mined(refund)]);
    const { version } = await store.approve(role, 'refund', 'ada');
    change('text: Which order is it?', 'text: Which order is it about?');
    const shown = await store.show(role, 'refund');
    expect(shown).toMatchObject({ state: 'proposed', approved: version });
    expect((await store.approved(role)).processes[0]?.process).toEqual(refund);
    await store.approve(role, 'refund', 'ada');
    expect((await store.approved(role)).processes[0]?.process.steps[0]).toMatchObject({
      text: 'Which order is it about?',
    });
    // what mining found before is no news
    expect(await store.propose(role, [mined(refund)])).toMatchObject({ same: ['refund'] });
  });

  it.each([
    ['text that is no YAML', /steps:/, 'steps: [', /refund\.yaml, line \d+: it is no YAML/],
    ['an unknown kind of step', 'kind: ask', 'kind: beg', /step ask: .*refund\.yaml, line \d+: definition\.steps\.0/],
    ['a step without an id', '- id: find\n', '- name: find\n', /line \d+: definition.steps.1.id/],
  ])('names process, step and line of %s', async (_what, from, to, words) => {
    await store.propose(role, [mined(refund)]);
    change(from, to);
    await expect(store.show(role, 'refund')).rejects.toMatchObject({ code: 'PROCESS_INVALID' });
    await expect(store.show(role, 'refund')).rejects.toThrow(/process refund/);
    await expect(store.show(role, 'refund')).rejects.toThrow(words);
    expect(await store.list()).toMatchObject([{ role, name: 'refund', fault: expect.stringMatching(words) as string }]);
  });

  it.each([
    ['a tool nobody has', 'tool: orders.find', 'tool: orders.seek', 'find', 'unknown tool orders.seek'],
    ['an edge to nowhere', 'to: refund', 'to: refound', 'find', 'there is no such step'],
    ['a slot schema that cannot be read', 'type: string', 'type: strung', 'ask', 'schema of slot order cannot be read'],
    ['a circle without a way out', /to: done/g, 'to: ask', 'ask', 'no end can be reached'],
  ])('does not approve %s, and names the line', async (_what, from, to, step, words) => {
    await store.propose(role, [mined(refund)]);
    change(from, to);
    const text = readFileSync(file(), 'utf8').split('\n');
    const line = text.findIndex((one) => one.includes(`- id: ${step}`)) + 1;
    const approving = store.approve(role, 'refund', 'ada');
    await expect(approving).rejects.toMatchObject({ code: 'PROCESS_INVALID', detail: { process: 'refund', step } });
    await expect(approving).rejects.toThrow(`refund.yaml, line ${line}: `);
    await expect(approving).rejects.toThrow(words);
  });

  it('refuses an approved version whose file was changed', async () => {
    await store.propose(role, [mined(refund)]);
    const { version } = await store.approve(role, 'refund', 'ada');
    const path = join(root, 'processes', role, 'versions', `${version}.yaml`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('orders.refund', 'orders.find'));
    expect(await store.approved(role)).toMatchObject({
      processes: [],
      faults: [expect.stringContaining('was changed after it was approved')],
    });
  });

  it('keeps every change of many writers at once, and leaves no half files', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const writer = (): ProcessStore => new ProcessStore(join(root, 'processes'));
    await Promise.all(names.map((name) => writer().put(role, { ...refund, name }, 'ada')));
    await Promise.all(names.map((name) => writer().approve(role, name, 'ada')));
    expect(await acting()).toEqual(names.toSorted());
    expect(readdirSync(join(root, 'processes', role)).filter((entry) => entry.startsWith('.'))).toEqual([]);
  });
});
