import { hashFraction } from '../../../engine/core/hash.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import type { Peer } from '../peers/peer.ts';
import type { BenchOptions } from '../report.ts';
import type { TrafficData, TrafficRow } from './data.ts';
import { corpusBeside, exampleOf } from './data.ts';
import type { Called } from './figures.ts';
import { callAll, round, share } from './figures.ts';

/**
 * Trains without the sources of each fold and tests on them; only rows whose subtype stays represented count. `calls` are
 * the router's, for the shift test of its certificates. Peers named `... with corpus` learn the project's corpus beside
 * train, as the router does.
 */
export async function foldFigures(data: TrafficData, folds: number, peers: readonly Peer[], options: BenchOptions) {
  const rows = [...data.train, ...data.val];
  const seed = options.seeds[0] ?? 1;
  const corpus = corpusBeside(data, seed);
  const foldOf = (row: TrafficRow): number => Math.floor(hashFraction(`fold ${row.source}`) * folds);
  const answers = new Map<string, Called[]>([['router', []]]);
  const answer = (name: string, calls: readonly Called[]): void => {
    answers.set(name, [...(answers.get(name) ?? []), ...calls]);
  };
  for (let fold = 0; fold < folds; fold += 1) {
    options.progress({ stage: 'leave source out', done: fold, total: folds });
    const train = rows.filter((row) => foldOf(row) !== fold);
    const known = new Set(train.map((row) => row.subtype));
    const test = rows.filter((row) => foldOf(row) === fold && known.has(row.subtype));
    if (test.length === 0) continue;
    const model = new DtrModel();
    await model.fit([...train, ...corpus].map(exampleOf), { seed });
    answer('router', callAll(model, test));
    await model.dispose();
    for (const peer of peers) {
      answer(peer.name, (await peer.run(train, test, seed)).calls);
      if (peer.name === 'linear') {
        answer(withCorpus(peer), (await peer.run([...train, ...corpus], test, seed)).calls);
      }
    }
  }
  const calls = answers.get('router') ?? [];
  const sources = [...new Set(calls.map(({ row }) => row.source))];
  const perSource = Object.fromEntries(
    sources.map((source) => {
      const n = calls.filter(({ row }) => row.source === source).length;
      const rates = [...answers].map(([name, own]) => [
        name === 'router' ? 'accuracy' : name,
        accuracyOf(own.filter(({ row }) => row.source === source)),
      ]);
      return [source, { n, ...(Object.fromEntries(rates) as Record<string, number>) }];
    }),
  );
  const summary = (name: string) => {
    const own = answers.get(name) ?? [];
    const each = sources.map((source) => accuracyOf(own.filter(({ row }) => row.source === source)));
    return {
      accuracy: accuracyOf(own),
      meanOverSources: round(each.reduce((sum, rate) => sum + rate, 0) / Math.max(1, each.length)),
    };
  };
  const names = [...answers.keys()].filter((name) => name !== 'router');
  const floors = Object.fromEntries(names.map((name) => [name, summary(name)]));
  return { calls, figures: { n: calls.length, ...summary('router'), floors, perSource } };
}

export function withCorpus(peer: Peer): string {
  return `${peer.name} with corpus`;
}

function accuracyOf(calls: readonly Called[]): number {
  return share(calls.filter((call) => call.class === call.row.class).length, calls.length);
}
