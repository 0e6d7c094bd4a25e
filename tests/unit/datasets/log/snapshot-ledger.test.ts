import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { retireSnapshots } from '../../../../datasets/log/snapshot-ledger.ts';
import { temporaryFolder } from '../../../support/log-fixture.ts';

const folder = temporaryFolder();
afterEach(() => folder.remove());

it('keeps what is needed, the newest few, and what a waiting job may still read', async () => {
  const day = 86_400;
  const now = 1000 * day;
  const ages = { a: 1, b: 2, c: 6, d: 8, e: 9 };
  for (const [name, days] of Object.entries(ages)) {
    const path = join(folder.path, name.repeat(64));
    mkdirSync(path);
    utimesSync(path, now - days * day, now - days * day);
  }
  const needed = new Set(['e'.repeat(64)]);
  const options = { newest: 1, now: now * 1000 };
  expect(await retireSnapshots(folder.path, needed, { ...options, isDryRun: true })).toEqual(['d'.repeat(64)]);
  expect(readdirSync(folder.path)).toHaveLength(5);
  const retired = await retireSnapshots(folder.path, needed, options);
  expect(retired).toEqual(['d'.repeat(64)]);
  const left = readdirSync(folder.path).filter((name) => name.length === 64);
  expect(left.map((name) => name[0])).toEqual(['a', 'b', 'c', 'e']);
});
