import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sequentialIds } from '../../../engine/core/clock.ts';
import type { ProcessStanding } from '../../../engine/core/learning.ts';
import { quietLogger } from '../../../engine/core/logger.ts';
import { Doubts } from '../../../mads/doubts.ts';
import { dataFolder } from '../../../mads/house/data-folder.ts';
import { shareFolder } from '../../../mads/house/shared-folder.ts';

const demoted: ProcessStanding = {
  role: 'desk',
  process: 'refund',
  stage: 'demoted',
  mapper: 'm1',
  why: 'it was wrong',
};

describe('Doubts', () => {
  let folder = '';
  const all: Doubts[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doubts-'));
  });
  afterEach(async () => {
    for (const doubts of all.splice(0)) doubts.close();
    await rm(folder, { recursive: true, force: true });
  });
  const server = async (name: string): Promise<Doubts> => {
    const config = { dataDir: join(folder, name), sharedDir: join(folder, 'shared') };
    await mkdir(config.dataDir, { recursive: true });
    await shareFolder(config);
    const doubts = new Doubts();
    all.push(doubts);
    await doubts.follow(config, dataFolder(config.dataDir), { ids: sequentialIds(), logger: quietLogger });
    return doubts;
  };
  const reason = (of: Doubts, mapper = 'm1') => of.held.reason('desk', 'refund', mapper);

  it('holds back everywhere what was demoted at one server, until that changes', async () => {
    const [one, two] = [await server('one'), await server('two')];
    one.held.load([demoted, { ...demoted, process: 'other', stage: 'graduated' }]);
    one.tell();
    await vi.waitFor(() => expect(reason(two)).toBe('it was wrong'), 5000);
    expect([reason(two, 'm2'), two.held.reason('desk', 'other', 'm1'), two.held.held()]).toEqual([null, null, []]);
    one.held.load([]);
    one.tell();
    await vi.waitFor(() => expect(reason(two)).toBeNull(), 5000);
  });

  it('takes a copied data folder for another server, and the same one for the same', async () => {
    await server('one');
    await cp(join(folder, 'one/server.json'), join(folder, 'server.json'));
    (await server('one')).tell();
    await mkdir(join(folder, 'two'));
    await cp(join(folder, 'server.json'), join(folder, 'two/server.json'));
    (await server('two')).tell();
    await vi.waitFor(async () => expect(await readdir(join(folder, 'shared/doubts'))).toHaveLength(2));
  });

  it('takes a new name where the old one cannot be read', async () => {
    await mkdir(join(folder, 'one'));
    for (const damage of ['', 'null', '{}', '{"id":"../../up"}']) {
      await writeFile(join(folder, 'one/server.json'), damage);
      await server('one');
      expect(await readFile(join(folder, 'one/server.json'), 'utf8')).toMatch(/^{"id":"srv_/);
    }
  });

  it('shares nothing where no folder is shared', async () => {
    const alone = new Doubts();
    await alone.follow({}, dataFolder(folder), { ids: sequentialIds(), logger: quietLogger });
    alone.held.load([demoted]);
    alone.tell();
    expect(reason(alone)).toBe('it was wrong');
    expect(await readdir(folder)).toEqual([]);
  });
});
