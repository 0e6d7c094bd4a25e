import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { SharedDoubts, type ToldDoubts } from '../../../../mads/house/shared-doubts.ts';

const blame = (...hashes: string[]): ToldDoubts => ({ blamed: { desk: hashes }, held: [] });

describe('SharedDoubts', () => {
  let folder = '';
  let ends: (() => void)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doubts-'));
  });
  afterEach(async () => {
    for (const end of ends) end();
    ends = [];
    await rm(folder, { recursive: true, force: true });
  });
  const server = (name: string) => {
    const heard: (readonly ToldDoubts[])[] = [];
    const logger = quietLogger;
    const doubts = new SharedDoubts({ folder, server: name, heed: (others) => heard.push(others), logger, pollMs: 20 });
    const follow = async () => ends.push(await doubts.follow());
    return { doubts, heard, follow };
  };

  it('tells each server what the others doubt, and never what it doubts itself', async () => {
    const [one, two] = [server('one'), server('two')];
    const held = [{ role: 'desk', process: 'refund', mapper: 'm1', why: 'people called 8 of 30 wrong' }];
    await one.doubts.publish({ ...blame('a'), held });
    await two.follow();
    expect(two.heard).toEqual([[{ ...blame('a'), held }]]);
    await one.follow();
    await two.doubts.publish(blame('b', 'c'));
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual([blame('b', 'c')]));
    await two.doubts.publish(blame('c'));
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual([blame('c')]));
    expect(two.heard).toHaveLength(1);
  });

  it('passes over what it cannot read, and forgets a server whose file is gone', async () => {
    await writeFile(join(folder, 'broken.json'), '{"blamed"');
    await symlink(join(folder, 'nowhere'), join(folder, 'a-dangling.json'));
    await server('two').doubts.publish(blame('b'));
    const one = server('one');
    await one.follow();
    expect(one.heard).toEqual([[blame('b')]]);
    await rm(join(folder, 'two.json'));
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual([]));
  });

  it('keeps what it knows of a server whose file is torn, until it is whole again', async () => {
    const one = server('one');
    await server('two').doubts.publish(blame('b'));
    await one.follow();
    await writeFile(join(folder, 'two.json'), '{"blamed": {"de');
    await server('three').doubts.publish(blame('c'));
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual([blame('b'), blame('c')]));
    await writeFile(join(folder, 'two.json'), JSON.stringify(blame('d')));
    await vi.waitFor(() => expect(one.heard.at(-1)).toEqual([blame('d'), blame('c')]));
  });

  it('tells again what was lost', async () => {
    const one = server('one');
    await one.follow();
    await one.doubts.publish(blame('a'));
    await rm(join(folder, 'one.json'));
    await vi.waitFor(async () =>
      expect(await readFile(join(folder, 'one.json'), 'utf8')).toBe(JSON.stringify(blame('a'))),
    );
    await rm(folder, { recursive: true });
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual(['one.json']));
  });
});
