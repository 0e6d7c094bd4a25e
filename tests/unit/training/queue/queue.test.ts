import { describe, expect, it } from 'vitest';
import { withoutPassword } from '../../../../training/queue/backend.ts';
import { codeVersion } from '../../../../training/queue/code.ts';
import { jobId, openQueue, type RetrainJob } from '../../../../training/queue/queue.ts';

const job: RetrainJob = {
  role: 'pm',
  snapshot: { id: 'abc', path: 'snapshots/abc' },
  config: { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' },
  reason: 'count',
  codeVersion: '1',
};

describe('jobId', () => {
  it('is the same for the same work, whoever asks and wherever the snapshot lies', () => {
    const moved = { ...job, reason: 'asked for', snapshot: { id: 'abc', path: '/elsewhere' } };
    expect(jobId(moved)).toBe(jobId(job));
  });

  it.each([
    ['role', { role: 'dev' }],
    ['snapshot', { snapshot: { id: 'abd', path: 'snapshots/abc' } }],
    ['config', { config: { ...job.config, seed: 2 } }],
    ['code', { codeVersion: '2' }],
  ])('differs with the %s', (_, change) => {
    expect(jobId({ ...job, ...change })).not.toBe(jobId(job));
  });
});

describe('codeVersion', () => {
  it('is a stable hash of the sources', () => {
    expect(codeVersion()).toMatch(/^[0-9a-f]{16}$/);
    expect(codeVersion()).toBe(codeVersion());
  });
});

describe('openQueue', () => {
  const options = { dataDir: 'unused', codeVersion: '1' };

  it('refuses an address that it does not know', async () => {
    await expect(openQueue('amqp://u:secret@host', options)).rejects.toMatchObject({ code: 'QUEUE_MISCONFIGURED' });
    await expect(openQueue('amqp://u:secret@host', options)).rejects.not.toThrow('secret');
  });

  it.each(['redis://127.0.0.1:1', 'postgres://u:secret@127.0.0.1:1/d'])(
    'says that nobody answers at %s',
    async (url) => {
      const opening = openQueue(url, options);
      await expect(opening).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
      await expect(opening).rejects.not.toThrow('secret');
    },
  );
});

describe('withoutPassword', () => {
  it('keeps everything but the password', () => {
    expect(withoutPassword('postgres://me:se:cret@host:5432/jobs')).toBe('postgres://me@host:5432/jobs');
    expect(withoutPassword('redis://:secret@host')).toBe('redis://@host');
    expect(withoutPassword('redis://host:6379/1')).toBe('redis://host:6379/1');
  });
});
