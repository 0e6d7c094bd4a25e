import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Registry } from '../../models/registry/registry.ts';

const script = join(import.meta.dirname, '../fixtures/registry/promote-once.ts');

function promoteOnce(root: string, seed: number, expected: string | null, killAt = 0) {
  const result = spawnSync(process.execPath, [script, root, String(seed), expected ?? 'none', String(killAt)], {
    encoding: 'utf8',
  });
  const said = result.stdout === '' ? null : (JSON.parse(result.stdout) as { bundle: string; steps: number });
  return { signal: result.signal, said };
}

const folders: string[] = [];
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  folders.push(folder);
  return folder;
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const promotionsOf = async (registry: Registry): Promise<number> =>
  (await registry.history('pm')).filter((record) => record.event.kind === 'model-promoted').length;

describe('registry, killed at any numbered step of publish and promote', () => {
  it('has exactly the old or exactly the new bundle, and can go on', async () => {
    const { said: plain } = promoteOnce(await freshFolder(), 1, null);
    const steps = plain?.steps ?? 0;
    expect(steps).toBeGreaterThanOrEqual(15);
    const outcomes: string[] = [];
    for (let killAt = 1; killAt <= steps; killAt += 1) {
      const root = await freshFolder();
      const old = promoteOnce(root, 1, null).said?.bundle ?? '';
      const killed = promoteOnce(root, 2, old, killAt);
      expect(killed).toEqual({ signal: 'SIGKILL', said: null });

      const survivor = await Registry.open(root);
      const current = await survivor.openCurrent('pm');
      const isOld = current?.bundle.id === old;
      expect(current?.artefacts.dtr?.manifest.seed).toBe(isOld ? 1 : 2);
      expect(await promotionsOf(survivor)).toBe(isOld ? 1 : 2);
      outcomes.push(isOld ? 'old' : 'new');

      // the same work done again ends in the same state, with one record of it
      const again = promoteOnce(root, 2, old);
      expect((await survivor.current('pm'))?.id).toBe(again.said?.bundle);
      expect(await promotionsOf(survivor)).toBe(2);
    }
    // one commit point: old before it, new after it
    expect(outcomes.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });
});
