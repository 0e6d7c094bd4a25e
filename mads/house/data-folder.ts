import { join, resolve } from 'node:path';

/** Where everything of one deployment lies; the layout is stable. */
export interface DataFolder {
  readonly root: string;
  readonly models: string;
  readonly queue: string;
  readonly snapshots: string;
  readonly processes: string;
  /** Indexes by which what was said and the documents are found; copies that can be deleted. */
  readonly search: string;
  readonly owner: string;
  /** Descriptions of roles, one file each. */
  readonly roles: string;
  /** What the learning loop remembers over a restart. */
  readonly learning: string;
  /** What people doubt at each of several servers; see `SharedDoubts`. */
  readonly doubts: string;
  /** What this server is known by to those that share a folder with it. */
  readonly server: string;
  /** A file that says: the conversations here are the sample desk's, and its tools may be simulated. */
  readonly sampleMark: string;
}

export function dataFolder(dataDir: string): DataFolder {
  const root = resolve(dataDir);
  return {
    root,
    models: join(root, 'models'),
    queue: join(root, 'queue'),
    snapshots: join(root, 'snapshots'),
    processes: join(root, 'processes'),
    search: join(root, 'search'),
    owner: join(root, 'owner.json'),
    roles: join(root, 'roles'),
    learning: join(root, 'learning.json'),
    doubts: join(root, 'doubts'),
    server: join(root, 'server.json'),
    sampleMark: join(root, 'sample-desk.json'),
  };
}
