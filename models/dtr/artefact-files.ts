import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { ContentTrees } from './trees/content-trees.ts';
import { schemaHash } from './features/schema.ts';
import { shapeBuckets } from './features/shapes.ts';
import { grammarNames } from './grammars/grammar.ts';
import { instructionBuckets, instructionColumns } from './mixed/instruction.ts';
import { LinearTable } from './words/linear-table.ts';
import type { Calibration, KnownDestination, RouterParts } from './router.ts';
import { markerClasses, rowLength } from './router.ts';
import { checkTree } from './trees/tree-json.ts';
import type { TreeModel } from './trees/tree-learner.ts';
import { treeClasses } from './trees/tree-learner.ts';

interface RouterJson {
  readonly format: 1;
  readonly schema: string;
  readonly destinations: readonly KnownDestination[] | null;
  readonly calibration: Calibration;
}

const files = {
  router: 'router.json',
  trees: 'trees.json',
  markers: 'markers.bin',
  shapes: 'shapes.bin',
  wishes: 'instructions.bin',
  destinations: 'destinations.bin',
} as const;

/** `trees.json` holds trees in ml-cart's own JSON; the tables of learned words are bytes. */
export async function saveRouter(parts: RouterParts, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const router: RouterJson = {
    format: 1,
    schema: schemaHash,
    destinations: parts.destinations?.known ?? null,
    calibration: parts.calibration,
  };
  const contents: [string, string | Uint8Array][] = [
    [files.router, JSON.stringify(router)],
    [files.trees, JSON.stringify(parts.trees.model)],
    [files.markers, parts.markers.encode()],
    [files.shapes, parts.shapes.encode()],
    [files.wishes, parts.wishes.encode()],
  ];
  if (parts.destinations !== null) contents.push([files.destinations, parts.destinations.table.encode()]);
  for (const [name, content] of contents) await writeFile(join(folder, name), content);
  return contents.map(([name]) => name);
}

/** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
export async function loadRouter(folder: string): Promise<RouterParts> {
  const router = await readJson<RouterJson>(folder, files.router);
  if (router.schema !== schemaHash) {
    const detail = { id: folder, what: 'set of features', expected: schemaHash, actual: router.schema };
    throw new EngineError('ARTEFACT_MISMATCH', detail);
  }
  const model = await readJson<TreeModel>(folder, files.trees);
  const chained = model.chains?.reduce((sum, { trees }) => sum + trees, 0);
  const complete = model.kind === 'classifier' ? model.trees?.length === 1 : model.chains?.length === 3;
  if (!Array.isArray(model.trees) || !complete || (model.kind === 'boosted' && chained !== model.trees.length)) {
    throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: `${files.trees} holds no trees` });
  }
  for (const tree of model.trees) checkTree(tree, rowLength, treeClasses.length);
  const known = router.destinations;
  const unknown = known?.find(({ grammar }) => grammar !== null && !grammarNames.includes(grammar));
  if (unknown !== undefined) {
    const expected = grammarNames.join(', ');
    throw new EngineError('ARTEFACT_MISMATCH', {
      id: folder,
      what: 'set of grammars',
      expected,
      actual: String(unknown.grammar),
    });
  }
  const markers = LinearTable.decode(await readBytes(folder, files.markers), files.markers);
  const shapes = LinearTable.decode(await readBytes(folder, files.shapes), files.shapes);
  const wishTable = LinearTable.decode(await readBytes(folder, files.wishes), files.wishes);
  const table =
    known === null ? null : LinearTable.decode(await readBytes(folder, files.destinations), files.destinations);
  const fits =
    markers.classes === markerClasses.length &&
    shapes.classes === markerClasses.length &&
    shapes.size === shapeBuckets &&
    wishTable.classes === instructionColumns &&
    wishTable.size === instructionBuckets &&
    (table === null || table.classes === known?.length);
  if (!fits) throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: 'its tables have the wrong sizes' });
  return {
    markers,
    shapes,
    trees: new ContentTrees(model),
    wishes: wishTable,
    destinations: known === null || table === null ? null : { known, table },
    calibration: router.calibration,
  };
}

async function readBytes(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: `${name}: ${messageOf(error)}` }, { cause: error });
  }
}

async function readJson<T>(folder: string, name: string): Promise<T> {
  const bytes = await readBytes(folder, name);
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (value === null || typeof value !== 'object') throw new Error('not an object');
    return value as T;
  } catch (error) {
    throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: `${name}: ${messageOf(error)}` }, { cause: error });
  }
}
