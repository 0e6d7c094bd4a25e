import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openQueue } from '../../training/queue/queue.ts';
import { describeQueue } from '../contracts/queue.contract.ts';

const owner = join(import.meta.dirname, '../fixtures/queue/embedded-owner.ts');

/** Root runs the server as another user, who must reach the folder. */
async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'queue-'));
  await chmod(dataDir, 0o755);
  return dataDir;
}

async function serverPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'queue', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A killed server that nobody has reaped still has a number; it has no command line any more. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

describe('embedded queue', () => {
  describeQueue(async () => ({ url: 'embedded', dataDir: await makeDataDir(), stop: async () => undefined }));

  it('stops its server when it is closed, and keeps the jobs in the data folder', async () => {
    const dataDir = await makeDataDir();
    const queue = await openQueue('embedded', { dataDir });
    const pid = await serverPid(dataDir);
    expect(isAlive(pid)).toBe(true);
    await queue.close();
    expect(isAlive(pid)).toBe(false);
    const words = await readFile(join(dataDir, 'queue', 'postgres.log'), 'utf8');
    expect(words).toContain('database system is shut down');
  });

  it('takes over the server of a killed owner, with its jobs, and stops it at the end', async () => {
    const dataDir = await makeDataDir();
    const owned = spawn(process.execPath, [owner, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(owned.stdout, 'data')) as [Buffer];
    owned.kill('SIGKILL');
    await once(owned, 'exit');
    const orphan = await serverPid(dataDir);
    expect(isAlive(orphan)).toBe(true);
    const queue = await openQueue('embedded', { dataDir, codeVersion: 'test' });
    expect(await serverPid(dataDir)).toBe(orphan);
    expect((await queue.show(said.toString().trim())).state).toBe('waiting');
    await queue.close();
    expect(isAlive(orphan)).toBe(false);
  });

  it('starts again after server and owner were both killed', async () => {
    const dataDir = await makeDataDir();
    const owned = spawn(process.execPath, [owner, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(owned.stdout, 'data')) as [Buffer];
    process.kill(await serverPid(dataDir), 'SIGKILL');
    owned.kill('SIGKILL');
    await once(owned, 'exit');
    const queue = await openQueue('embedded', { dataDir, codeVersion: 'test' });
    expect((await queue.show(said.toString().trim())).state).toBe('waiting');
    await queue.close();
  });

  it('is shared by two processes: the guest leaves it running', async () => {
    const dataDir = await makeDataDir();
    const owned = spawn(process.execPath, [owner, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(owned.stdout, 'data');
    const guest = await openQueue('embedded', { dataDir, codeVersion: 'test' });
    expect(await guest.list()).toHaveLength(1);
    await guest.close();
    expect(isAlive(await serverPid(dataDir))).toBe(true);
    owned.kill('SIGKILL');
    await once(owned, 'exit');
    await (await openQueue('embedded', { dataDir })).close();
  });
});
