import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRoot, mayImport, roomOf, violations } from './support/import-table.ts';

const rooms = ['engine', 'datasets', 'models', 'training', 'mads', 'notebooks'];
const files = rooms.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(room, name)),
);
const read = (file: string): string => readFileSync(file, 'utf8');

/** The one file per outside library that may import it. */
const doors: Readonly<Record<string, RegExp>> = {
  'onnxruntime-node': /^models\/nn\/session\.ts$/,
  '@duckdb/node-api': /^datasets\/log\//,
  bullmq: /^training\/queue\//,
  pino: /^engine\/core\/logger\.ts$/,
  ai: /^engine\/providers\/ai-sdk/,
};

describe('dependency direction', () => {
  it('finds source files to check', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it.each(files)('%s stays in its room', (file) => {
    if (!isRoot(file)) expect(mayImport[roomOf(file)], `no room named ${roomOf(file)}`).toBeDefined();
    expect(violations(file, read(file))).toEqual([]);
  });

  it('sees a planted violation', () => {
    expect(violations('engine/core/planted.ts', "import { x } from '../../models/estimator.ts';")).toHaveLength(1);
    expect(violations('models/planted.ts', "const x = await import('../training/worker.ts');")).toHaveLength(1);
    expect(violations('mads/planted.ts', "import { y } from '../training/retrain.ts';")).toHaveLength(1);
    expect(violations('mads/planted.ts', "import { z } from '../training/queue/bull.ts';")).toHaveLength(1);
    expect(violations('mads/planted.ts', "import { z } from '../training/queue/queue.ts';")).toEqual([]);
  });
});

describe('outside libraries', () => {
  it.each(Object.entries(doors))('%s is imported through its door alone', (library, door) => {
    const importers = files.filter((file) => new RegExp(`(?:from|import)\\s*\\(?\\s*'${library}'`).test(read(file)));
    expect(importers.filter((file) => !door.test(file))).toEqual([]);
  });
});

describe('files', () => {
  it.each(files)('%s is a room one would live in', (file) => {
    expect(read(file).split('\n').length).toBeLessThanOrEqual(401);
    expect(file).not.toMatch(/(utils|helpers|types|common)\.tsx?$/);
  });
});
