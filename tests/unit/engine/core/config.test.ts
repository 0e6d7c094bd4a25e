import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../../engine/core/config.ts';

async function file(content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'config-')), 'thought-engine.json');
  await writeFile(path, content);
  return path;
}
const faultOf = (load: () => unknown): string => {
  try {
    load();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as Error).message;
  }
  return 'accepted';
};

describe('loadConfig', () => {
  it('prefers flags to the environment, the environment to the file, the file to the defaults', async () => {
    const path = await file('{"port": 1, "seed": 2, "alpha": 0.2, "level": "V2"}');
    const environment = { THOUGHT_ENGINE_PORT: '3', THOUGHT_ENGINE_SEED: '4', THOUGHT_ENGINE_LEVEL: '' };
    const { port, seed, alpha, level, delta } = loadConfig({ port: '5', seed: undefined }, environment, path);
    expect({ port, seed, alpha, level, delta }).toEqual({ port: 5, seed: 4, alpha: 0.2, level: 'V2', delta: 0.1 });
  });

  it('reads lists from the environment', () => {
    const { allowedHosts } = loadConfig({}, { THOUGHT_ENGINE_ALLOWED_HOSTS: 'a.test,b.test' }, 'none.json');
    expect(allowedHosts).toEqual(['a.test', 'b.test']);
  });

  it('takes an API key from the environment alone', async () => {
    const path = await file('{"llmApiKey": "sk-secret"}');
    const words = faultOf(() => loadConfig({}, {}, path));
    expect(words).toContain('THOUGHT_ENGINE_LLM_API_KEY');
    expect(words).not.toContain('sk-secret');
    expect(loadConfig({}, { THOUGHT_ENGINE_LLM_API_KEY: 'k' }, 'none.json').llmApiKey).toBe('k');
  });

  it('refuses what it does not know, in one line that names it', async () => {
    const path = await file('{"prot": 1}');
    expect(faultOf(() => loadConfig({}, {}, path))).toMatch(/^configuration rejected: .*"prot"$/);
    expect(faultOf(() => parseConfig({ port: -1, alpha: 7 }))).toMatch(/port: .*; alpha: [^\n]*$/);
  });

  it.each(['[1]', 'null', '{"port": 1', ''])('refuses a file that holds %j', async (content) => {
    const path = await file(content);
    expect(faultOf(() => loadConfig({}, {}, path))).toContain('thought-engine.json');
  });

  it('says so where the file cannot be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'config-'));
    expect(faultOf(() => loadConfig({}, {}, folder))).toContain('cannot read');
  });
});

describe('parseConfig', () => {
  it('needs a token where other machines can call', () => {
    expect(faultOf(() => parseConfig({ host: '0.0.0.0' }))).toContain('THOUGHT_ENGINE_TOKEN');
    expect(faultOf(() => parseConfig({ host: '127.0.0.1.example.com' }))).toContain('token');
    expect(faultOf(() => parseConfig({ host: '0.0.0.0', token: 'short' }))).toContain('token');
    expect(parseConfig({ host: '0.0.0.0', token: 'x'.repeat(16) }).host).toBe('0.0.0.0');
    for (const host of ['localhost', '::1', '127.0.0.2']) expect(parseConfig({ host }).host).toBe(host);
  });

  it('gives a configuration that nobody can change', () => {
    expect(() => Object.assign(parseConfig({}), { port: 1 })).toThrow(TypeError);
  });
});
