import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);

/** Where there is no Chromium, tests that need it are skipped by name; with CI=true they fail instead. */
export const hasBrowser = isInstalled || process.env['CI'] === 'true';

export function openBrowser(): Promise<Browser> {
  if (!isInstalled) throw new Error(`CI needs Chromium at ${executablePath}: install it with apt`);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What a page complained about: errors and warnings of its console, uncaught exceptions, requests to elsewhere. */
export function complaintsOf(page: Page, home: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(home) && !/^(data|blob):/.test(url)) complaints.push(`request to ${url}`);
  });
  return complaints;
}
