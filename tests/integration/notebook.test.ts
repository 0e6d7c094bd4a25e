import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { readSnapshotDecisions, readSnapshotFeedback } from '../../datasets/log/snapshot.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { accuracyPerTier, calibration, calibrationError, confusion } from '../../notebooks/routing-accuracy/figures.ts';
import { judgedVisits } from '../../notebooks/routing-accuracy/judged-visits.ts';
import { complaintsOf, hasBrowser, openBrowser } from '../support/browser.ts';
import { trafficOf } from '../support/dashboard-traffic.ts';
import { temporaryFolder } from '../support/log-fixture.ts';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

describe('notebook on routing accuracy', () => {
  const folder = temporaryFolder();
  const out = join(folder.path, 'out');
  let log: ConversationLog;
  let snapshot: string;

  beforeAll(async () => {
    log = await ConversationLog.open({ dataDir: join(folder.path, 'data') });
    const traffic = trafficOf(sampleConversations(5, { conversations: 40 }), 1_800_000_000_000, 0.8);
    await log.importConversations(traffic.conversations);
    log.record(traffic.decisions);
    await log.flush();
    for (const word of traffic.feedback) await log.addFeedback(word);
    snapshot = (await log.snapshot()).path;
  });
  afterAll(async () => {
    await log?.close();
    folder.remove();
  });

  it('judges visits as the log itself does', async () => {
    const visits = judgedVisits(await readSnapshotDecisions(snapshot), await readSnapshotFeedback(snapshot));
    const own = accuracyPerTier(visits).map(({ tier, settled, judged, correct }) => ({
      tier,
      settled,
      judged,
      correct,
    }));
    const asked = (await log.queries.accuracyByTier()).map(({ tier, settled, judged, correct }) => ({
      tier,
      settled,
      judged,
      correct,
    }));
    expect(own.length).toBeGreaterThan(1);
    expect(own.toSorted((a, b) => (a.tier < b.tier ? -1 : 1))).toEqual(asked.filter((row) => row.judged > 0));
  });

  it('counts every judged proposal once in its tables', async () => {
    const visits = judgedVisits(await readSnapshotDecisions(snapshot), await readSnapshotFeedback(snapshot));
    const judged = visits.filter((visit) => visit.correct !== null);
    const sum = (rows: readonly { readonly visits: number }[]): number =>
      rows.reduce((all, row) => all + row.visits, 0);
    expect(sum(confusion(visits))).toBe(judged.filter((visit) => visit.predicted !== null).length);
    const bins = calibration(visits);
    expect(sum(bins)).toBe(judged.filter(({ tier, confidence }) => tier !== 'imperator' && confidence !== null).length);
    // The traffic is calibrated by construction.
    expect(calibrationError(bins)).toBeLessThan(0.12);
  });

  describe.skipIf(!hasBrowser)('built', () => {
    let browser: Browser;
    let server: Server;

    beforeAll(async () => {
      browser = await openBrowser();
      await promisify(execFile)(process.execPath, ['notebooks/build.ts', '--snapshot', snapshot, '--out', out]);
      server = createServer((request, response) => {
        const path = join(out, new URL(request.url ?? '/', 'http://x').pathname);
        if (!existsSync(path)) return response.writeHead(path.endsWith('favicon.ico') ? 204 : 404).end();
        response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
        return createReadStream(path).pipe(response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    it('draws its charts without complaints and loads nothing from elsewhere', async () => {
      const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const page = await browser.newPage();
      const complaints = complaintsOf(page, home);
      await page.goto(`${home}/routing-accuracy/index.html`);
      const eventually = { timeout: 30_000 };
      await expect
        .poll(() => page.locator('main figure svg, main svg[class^=plot]').count(), eventually)
        .toBeGreaterThanOrEqual(4);
      await expect.poll(() => page.locator('main').innerText(), eventually).toContain('expected calibration error');
      const text = await page.locator('main').innerText();
      expect(text).toContain('40 conversations');
      expect(text).not.toMatch(/Error:|undefined|NaN/);
      expect(await page.locator('.observablehq--error').count()).toBe(0);
      expect(complaints).toEqual([]);
    });
  });
});
