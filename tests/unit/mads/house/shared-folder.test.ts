import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareFolder } from '../../../../mads/house/shared-folder.ts';

describe('shareFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shared-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const share = (name: string, shared = 'shared'): Promise<void> =>
    shareFolder({ dataDir: join(folder, name), sharedDir: join(folder, shared) });

  it('lets two data folders see the same models, as often as it is asked', async () => {
    await share('one');
    mkdirSync(join(folder, 'two/models/artefacts'), { recursive: true });
    await Promise.all([share('two'), share('two'), share('one')]);
    writeFileSync(join(folder, 'one/models/a'), 'weights');
    expect(readFileSync(join(folder, 'two/models/a'), 'utf8')).toBe('weights');
  });

  it('never takes away what a folder holds, and never leads to two places', async () => {
    mkdirSync(join(folder, 'one/models'), { recursive: true });
    writeFileSync(join(folder, 'one/models/a'), 'weights');
    await expect(share('one')).rejects.toThrow(/holds files of its own: move them to .*shared.models/);
    expect(readFileSync(join(folder, 'one/models/a'), 'utf8')).toBe('weights');
    await share('two');
    await expect(share('two', 'elsewhere')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('says so where a link leads nowhere any more, and where a file stands in the way', async () => {
    await share('one');
    renameSync(join(folder, 'shared'), join(folder, 'moved'));
    await expect(share('one', 'moved')).rejects.toThrow(/is a link to another folder than .*moved.models/);
    mkdirSync(join(folder, 'two'));
    writeFileSync(join(folder, 'two/models'), '');
    await expect(share('two', 'moved')).rejects.toThrow(/models is no folder: move it away/);
  });

  it('does nothing where nothing is shared', async () => {
    await shareFolder({ dataDir: join(folder, 'one'), sharedDir: undefined });
    expect(() => readFileSync(join(folder, 'one'))).toThrow('ENOENT');
  });
});
