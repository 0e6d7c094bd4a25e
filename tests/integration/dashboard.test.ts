import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ProcessStore } from '../../datasets/processes/process-store.ts';
import type { Process } from '../../engine/core/process.ts';
import { complaintsOf, hasBrowser, openBrowser } from '../support/browser.ts';
import { serveDesk, type ServedDesk } from '../support/dashboard-desk.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Machines that are busy with other tests take their time. */
const eventually = <Value>(look: () => Value) => expect.poll(look, { timeout: 20_000 });
const endless: Process = {
  name: '',
  description: '',
  slots: [],
  steps: [
    { id: 'more', kind: 'tell', text: 'More?' },
    { id: 'again', kind: 'tell', text: 'Again?' },
  ],
  edges: [
    { from: 'more', to: 'again' },
    { from: 'again', to: 'more' },
  ],
  start: 'more',
};
const training = { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' } as const;

describe.skipIf(!hasBrowser)('dashboard in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thought-engine-page-'));
  let browser: Browser;
  let desk: ServedDesk;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    await build({ configFile: 'vite.config.ts', logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
    [browser, desk] = await Promise.all([openBrowser(), serveDesk({ page: folder, conversations: 60 })]);
  });
  afterEach(async () => page.context().close());
  afterAll(async () => {
    await browser?.close();
    await desk?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    options: {
      readonly scheme?: 'light' | 'dark';
      readonly path?: string;
      readonly of?: ServedDesk;
      readonly withAxe?: boolean;
    } = {},
  ) {
    const { url } = options.of ?? desk;
    const context = await browser.newContext({
      bypassCSP: options.withAxe ?? false, // the page's own rules would keep axe out
      colorScheme: options.scheme ?? 'light',
      viewport: { width: 1280, height: 900 },
    });
    page = await context.newPage();
    complaints = complaintsOf(page, url);
    await page.goto(`${url}/${options.path ?? ''}`);
    const first = options.path?.includes('page=processes') === true ? 'Processes' : 'Decisions';
    await page.getByRole('heading', { name: first, exact: true }).waitFor();
  }

  async function seriousViolations(): Promise<string[]> {
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate<AxeResults>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  }

  const firstDecision = () => page.locator('.decisions tbody tr').first();

  it('shows the figures of the log without complaints', async () => {
    await open();
    const { messages, avoided } = await desk.log.queries.savings();
    await eventually(() => page.locator('.figures').innerText()).toContain(messages.toLocaleString('en'));
    expect(await page.locator('.figures').innerText()).toContain(`${avoided.toLocaleString('en')} of`);
    expect(await page.locator('.chart svg').count()).toBe(4);
    expect(await page.locator('.figures-table').first().innerText()).toMatch(/DTR\s+\d+\.\d %/);
    await eventually(() => page.locator('.live').innerText()).toContain('Live');
    expect(complaints).toEqual([]);
  });

  it('shows another role when it is chosen, and keeps it in the address', async () => {
    await open();
    await page.locator('.top').getByLabel('Role').selectOption('pm');
    const { messages } = await desk.log.queries.savings({ role: 'pm' });
    await eventually(() => page.locator('.figure .value').first().innerText()).toBe(messages.toLocaleString('en'));
    expect(page.url()).toContain('role=pm');
    await page.reload();
    await eventually(() => page.locator('.figure .value').first().innerText()).toBe(messages.toLocaleString('en'));
  });

  it('explains a decision and stores a correction in the log', async () => {
    await open({ path: '?role=ops-desk' });
    await page.locator('.filters').getByLabel('Tier').selectOption('dtr');
    await page.locator('.filters').getByLabel('Show').selectOption('settled');
    await eventually(() => firstDecision().innerText()).toContain('DTR');
    await firstDecision().getByRole('button').click();
    const panel = page.getByRole('dialog');
    await eventually(() => panel.innerText()).toContain('settled it');
    expect(await panel.innerText()).toMatch(/sure 0\.\d+, needs 0\.930/);
    await panel.getByText('Wrong', { exact: true }).click();
    await panel.getByText('It should have called a tool').click();
    await panel.getByLabel('Tool', { exact: true }).selectOption('shell.run');
    await panel.getByRole('textbox', { name: 'Arguments' }).fill('{"command": 7');
    await panel.getByRole('button', { name: 'Store' }).click();
    expect(await panel.getByRole('alert').innerText()).toContain('one JSON object');
    await panel.getByRole('textbox', { name: 'Arguments' }).fill('{"command": "ls"}');
    await panel.getByLabel(/^Note/).fill('it was a command');
    await panel.getByRole('button', { name: 'Store' }).click();
    await eventually(() => panel.getByRole('status').innerText()).toMatch(/^Stored as fbk_/);

    const id = new URL(page.url()).searchParams.get('decision') ?? '';
    const stored = (await desk.log.decision(id))?.feedback.find((word) => word.source === 'human');
    expect(stored).toMatchObject({
      decision: id,
      correct: false,
      outcome: { kind: 'tool-call', name: 'shell.run', arguments: { command: 'ls' } },
      note: 'it was a command',
    });
    await eventually(() => panel.innerText()).toContain('better: calls shell.run');
    expect(complaints).toEqual([]);
  });

  it('says that a message should have gone to the LLM by a word without an outcome', async () => {
    await open();
    await page.locator('.filters').getByLabel('Tier').selectOption('lppm');
    await page.locator('.filters').getByLabel('Show').selectOption('settled');
    await eventually(() => firstDecision().innerText()).toContain('LPPM');
    await firstDecision().getByRole('button').click();
    const panel = page.getByRole('dialog');
    await panel.getByText('Wrong', { exact: true }).click();
    await panel.getByRole('button', { name: 'Store' }).click();
    await eventually(() => panel.getByRole('status').innerText()).toMatch(/^Stored as fbk_/);
    const id = new URL(page.url()).searchParams.get('decision') ?? '';
    const stored = (await desk.log.decision(id))?.feedback.find((word) => word.source === 'human');
    expect(stored).toMatchObject({ correct: false, outcome: null });
  });

  it('pages through all decisions, each message once', async () => {
    await open();
    const seen: string[] = [];
    for (let pages = 0; pages < 3; pages += 1) {
      await eventually(() => page.locator('.pager').innerText()).toContain(`Page ${pages + 1}`);
      await eventually(() => firstDecision().innerText()).not.toBe(seen.at(-25));
      seen.push(...(await page.locator('.decisions tbody tr').allInnerTexts()));
      await page.getByRole('button', { name: 'Older' }).click();
    }
    expect(seen.length).toBe(75);
    await page.getByRole('button', { name: 'Newer' }).click();
    await eventually(() => page.locator('.pager').innerText()).toContain('Page 3');
  });

  it('is usable with the keyboard alone', async () => {
    await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('To the decisions');
    await page.keyboard.press('Enter');
    const opener = firstDecision().getByRole('button');
    for (let steps = 0; steps < 8; steps += 1) {
      await page.keyboard.press('Tab');
      if (await opener.evaluate((element) => element === document.activeElement)) break;
    }
    expect(await opener.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press('Tab');
      const place = 'document.activeElement === document.body || document.activeElement.closest("dialog") !== null';
      expect(await page.evaluate(place), `step ${steps} left the dialog`).toBe(true);
    }
    await page.keyboard.press('Escape');
    await eventually(() => page.getByRole('dialog').count()).toBe(0);
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(page.url()).not.toContain('decision=');
  });

  it.each(['light', 'dark'] as const)('has no serious violation in %s', async (scheme) => {
    await open({ scheme, withAxe: true });
    await eventually(() => page.locator('.chart svg').count()).toBe(4);
    expect(await seriousViolations()).toEqual([]);
    await firstDecision().getByRole('button').click();
    await page.getByText('Wrong', { exact: true }).click();
    expect(await seriousViolations()).toEqual([]);
  });

  it('is dark where the system is, until another choice is made', async () => {
    await open({ scheme: 'dark' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(18, 20, 22)');
    await page.getByRole('button', { name: /^Colours/ }).click();
    await eventually(ground).toBe('rgb(246, 246, 243)');
    await page.reload();
    await eventually(ground).toBe('rgb(246, 246, 243)');
  });

  it('shows the loop: what is tried out, what drifts, what moved', async () => {
    await open({ withAxe: true });
    const panel = page.getByRole('region', { name: 'Learning by itself' });
    await eventually(() => panel.innerText()).toContain('5 % of conversations');
    expect(await panel.innerText()).toMatch(/kind of content\s+0\.410\s+0\.200\s+Drift/);
    expect(await panel.innerText()).toContain('LPPM → DTR');
    // a challenger is taken back here, and nowhere else
    expect(await page.getByRole('button', { name: 'Roll back ops-desk' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Withdraw the challenger of ops-desk' }).click();
    await page.getByRole('button', { name: 'Leave it' }).click();
    expect(await seriousViolations()).toEqual([]);
  });

  it('rolls a role back after asking', async () => {
    await open();
    const before = await desk.registry.current('pm');
    await page.getByRole('button', { name: 'Roll back pm' }).click();
    await page.getByRole('button', { name: 'Leave it' }).click();
    expect((await desk.registry.current('pm'))?.id).toBe(before?.id);
    await page.getByRole('button', { name: 'Roll back pm' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await eventually(async () => (await desk.registry.current('pm'))?.id).toBe(before?.parent);
    await eventually(() => page.getByRole('button', { name: 'Roll back pm' }).count()).toBe(0);
  });

  it('follows a training job as it goes', async () => {
    await open({ path: '?role=support-agent' });
    await eventually(() => page.locator('.live').innerText()).toContain('Live');
    await page.getByRole('button', { name: 'Train now' }).click();
    await eventually(() => page.getByText('Waiting').count()).toBe(1);
    const [job] = await desk.queue.list();
    expect(job?.job).toMatchObject({ role: 'support-agent', config: training });
    const id = job?.id ?? '';
    const progress = { stage: 'train lppm', done: 3, total: 12 };
    await desk.queue.move(id, { state: 'active', startedAt: 1, attempts: 1 }, { id, kind: 'job-started' });
    await eventually(() => page.locator('progress').count()).toBe(1);
    desk.queue.tell({ id, kind: 'job-progressed', progress });
    await eventually(() => page.locator('.progress').innerText()).toBe('train lppm · 25 %');
    const error = { code: 'TRAINING_FAILED', message: 'training lppm failed: no rows' } as const;
    await desk.queue.move(id, { state: 'failed', error }, { id, kind: 'job-failed' });
    await page.getByRole('button', { name: 'Retry the training of support-agent' }).click();
    await eventually(async () => (await desk.queue.show(id)).state).toBe('waiting');
  });

  it.each(['light', 'dark'] as const)('shows processes to everybody, in %s', async (scheme) => {
    await open({ scheme, path: '?page=processes', withAxe: true });
    expect(await page.locator('table.processes').innerText()).toMatch(
      /Refund\s+support-agent · refund\s+\w+\s+4\s+40\s+25 %/,
    );
    expect(await seriousViolations()).toEqual([]);
    await page.getByRole('button', { name: 'refund' }).click();
    await page.locator('.graph').waitFor();
    expect(await seriousViolations()).toEqual([]);
    expect(await page.locator('.graph').textContent()).toContain('Find status is foundfound · 20');
    // what is said and done comes first, the name of the step beside it
    expect(await page.locator('.steps').innerText()).toMatch(/where Find status is found, then calls \S+ refund/);
    expect(await page.locator('main').innerText()).toContain('amount of the result of find');
    expect(await page.locator('main').innerText()).toContain('said in two ways');
    await page.setViewportSize({ width: 360, height: 700 });
    const spare = 'document.documentElement.clientWidth - document.documentElement.scrollWidth';
    await eventually(() => page.evaluate(spare)).toBeGreaterThanOrEqual(0);
    expect(complaints).toEqual([]);
  });

  it('approves, renames and retires a process with the keyboard, after reading where it was seen', async () => {
    const processes = new ProcessStore(join(desk.folder, 'processes'));
    await open({ path: '?page=processes' });
    await page.getByRole('button', { name: 'refund' }).press('Enter');
    await page.locator('.graph a').first().press('Enter');
    await eventually(() => page.evaluate('document.querySelector(":target")?.id')).toBe('step-ask');
    await page.getByText('1 wording, 1 example').first().press('Enter');
    await page.locator('.steps .link').first().press('Enter');
    const talk = page.getByRole('dialog');
    const [seen] = (await processes.show('support-agent', 'refund')).evidence?.conversations ?? [];
    await eventually(() => talk.innerText()).toContain(`Conversation ${seen}`);
    await eventually(() => talk.locator('li').count()).toBeGreaterThan(1);
    expect(page.url()).toContain(`conversation=${seen}`);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Approve' }).press('Enter');
    await page.getByRole('button', { name: 'Leave it' }).press('Enter');
    expect((await processes.show('support-agent', 'refund')).approved).toBeNull();
    await page.getByRole('button', { name: 'Approve' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).press('Enter');
    await eventually(() => page.locator('.process-head').innerText()).toContain('Acts');
    expect((await processes.approved('support-agent')).processes).toHaveLength(1);

    await page.getByRole('button', { name: 'Rename' }).press('Enter');
    await page.getByRole('textbox', { name: 'New name' }).fill('money back');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'money back' }).waitFor();
    expect(page.url()).toContain('process=money+back');
    await page.getByRole('button', { name: 'Retire' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Retire' }).press('Enter');
    await eventually(() => page.locator('.process-head').innerText()).toContain('Retired');
    expect(await processes.show('support-agent', 'money back')).toMatchObject({ state: 'retired', approved: null });
    expect(complaints).toEqual([]);
  });

  it('says why a process cannot be approved, and asks for a search', async () => {
    const processes = new ProcessStore(join(desk.folder, 'processes'));
    await processes.put('pm', { ...endless, name: 'endless' }, 'ada');
    await open({ path: '?page=processes&role=pm' });
    await page.getByRole('button', { name: 'endless' }).click();
    await eventually(() => page.locator('#objection').innerText()).toContain('no end can be reached');
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'All processes' }).click();
    await page.getByRole('button', { name: 'Look for processes' }).click();
    await eventually(() => page.getByRole('status').allInnerTexts()).toContainEqual(
      expect.stringContaining('log of pm'),
    );
    expect((await desk.queue.list()).map((view) => view.job.kind)).toContain('mine');
  });

  it('shows a decision that is logged while it is open', async () => {
    await open();
    await eventually(() => page.locator('.live').innerText()).toContain('Live');
    const [newest] = await desk.log.decisions({ limit: 1 });
    if (newest === undefined) throw new Error('no decisions');
    const { text: _text, correct: _correct, judgedBy: _by, ...decision } = newest;
    desk.log.record([{ ...decision, id: 'dec_live', message: 'msg_live', reason: 'logged just now' }]);
    await eventually(() => firstDecision().innerText()).toContain('(no text)');
  });

  it('does not scroll sideways at 360 pixels', async () => {
    await open();
    await page.setViewportSize({ width: 360, height: 700 });
    const spare = 'document.documentElement.clientWidth - document.documentElement.scrollWidth';
    await eventually(() => page.evaluate(spare)).toBeGreaterThanOrEqual(0);
  });

  it('says what to do first where nothing was served, and loads nothing from elsewhere', async () => {
    const empty = await serveDesk({ page: folder, conversations: 0 });
    try {
      await open({ of: empty });
      const text = await page.locator('main').innerText();
      expect(text).toContain(`curl ${empty.url}/v1/chat/completions`);
      expect(text).toContain('No models yet');
      const served = await fetch(empty.url);
      expect(served.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(complaints).toEqual([]);
      await page.context().close();
    } finally {
      await empty.close();
    }
  });
});
