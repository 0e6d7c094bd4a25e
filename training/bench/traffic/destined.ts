import { grammarFault } from '../../../models/dtr/grammars/grammars.ts';
import type { DtrExample } from '../../../models/dtr/example.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { mixedFigures } from '../mixed/mixed.ts';
import { share } from './figures.ts';
import type { TrafficRow } from './data.ts';

/** A model that learned where content goes as well: each subtype stands for a tool of its own. */
export async function fitDestined(rows: readonly TrafficRow[], seed: number): Promise<DtrModel> {
  const model = new DtrModel();
  await model.fit(rows.map(destinedExample), { seed });
  return model;
}

function destinedExample(row: TrafficRow): DtrExample {
  const destination =
    row.class === 'prose' ? null : { tool: row.subtype, argument: 'content', constants: {} as Record<string, string> };
  return { ...row, destination, payload: null };
}

/**
 * Figures that need destinations: how many of the content rows go to their own subtype (a subtype that train does not
 * hold can't be right), what the grammars of the destinations refuse, and the composed mixed messages.
 */
export function destinedFigures(model: DtrModel, rows: readonly TrafficRow[], seed: number) {
  const content = rows.filter((row) => row.class !== 'prose').map((row) => ({ row, called: model.route(row.text) }));
  const isRight = ({ row, called }: (typeof content)[number]): boolean =>
    called.class === row.class && called.destination?.tool === row.subtype;
  const names = [...new Set(content.map(({ row }) => row.subtype))].toSorted();
  const accuracyOf = (of: typeof content) => ({ n: of.length, accuracy: share(of.filter(isRight).length, of.length) });
  return {
    subtype: {
      ...accuracyOf(content),
      perSubtype: Object.fromEntries(
        names.map((name) => [name, accuracyOf(content.filter(({ row }) => row.subtype === name))]),
      ),
    },
    grammars: grammarFigures(model, content, rows),
    mixed: mixedFigures(model, rows, 'test', seed),
  };
}

/** Share of what grammars refuse: of rightly routed content, which is their price, and of prose, which is their worth. */
function grammarFigures(
  model: DtrModel,
  content: readonly { readonly row: TrafficRow; readonly called: ReturnType<DtrModel['route']> }[],
  rows: readonly TrafficRow[],
) {
  const known = model.router.parts.destinations?.known ?? [];
  const prose = rows.filter((row) => row.class === 'prose');
  return Object.fromEntries(
    known.flatMap(({ key, destination, grammar }) => {
      if (grammar === null) return [];
      const own = content.filter(
        ({ row, called }) => row.subtype === destination.tool && called.destinationKey === key,
      );
      const refused = own.filter(({ called }) => called.fault !== null).length;
      const proseRefused = prose.filter((row) => grammarFault(grammar, row.text) !== null).length;
      const price = { n: own.length, refused: share(refused, own.length) };
      return [[destination.tool, { grammar, ...price, proseRefused: share(proseRefused, prose.length) }]];
    }),
  );
}
