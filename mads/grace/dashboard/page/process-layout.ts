/** A graph as it is drawn: boxes of one size in layers from top to bottom; lengths in pixels. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  /** In the order of the given edges; `points` go from the first box's border to the second's. */
  readonly edges: readonly {
    readonly points: readonly Point[];
    /** Leads back to an earlier layer. */
    readonly isBack: boolean;
    readonly label: Point;
  }[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GraphSize {
  readonly boxWidth: number;
  readonly boxHeight: number;
  readonly gapX: number;
  readonly gapY: number;
}

interface Way {
  readonly from: string;
  readonly to: string;
}

/** A box, or a place where an edge passes a layer. */
interface Place {
  readonly key: string;
  readonly width: number;
  x: number;
}

const sweeps = 8;
/** Width that is kept free for an edge that passes a layer. */
const passing = 24;
/** Room beside the boxes for each edge that leads back. */
const lane = 18;

/**
 * Layers after Sugiyama, Tagawa and Toda (1981): edges that close a circle are set aside, each box stands below all that
 * lead to it, boxes of a layer are ordered by the mean place of their neighbours, edges go through places of their own in
 * the layers that they pass.
 */
export function layoutOf(ids: readonly string[], ways: readonly Way[], start: string, size: GraphSize): GraphLayout {
  const back = backEdges(ids, ways, start);
  const layerOf = layersOf(ids, ways, back);
  const depth = 1 + Math.max(0, ...layerOf.values());
  const layers: Place[][] = Array.from({ length: depth }, () => []);
  const places = new Map<string, Place>();
  const add = (layer: number, key: string, width: number): void => {
    const place = { key, width, x: 0 };
    places.set(key, place);
    layers[layer]?.push(place);
  };
  for (const id of ids) add(layerOf.get(id) ?? 0, `box ${id}`, size.boxWidth);
  const routes = ways.map(({ from, to }, index) => {
    const keys = [`box ${from}`];
    if (!back.has(index)) {
      for (let layer = (layerOf.get(from) ?? 0) + 1; layer < (layerOf.get(to) ?? 0); layer += 1) {
        keys.push(`way ${index} ${layer}`);
        add(layer, `way ${index} ${layer}`, passing);
      }
    }
    return [...keys, `box ${to}`];
  });
  const links = routes.flatMap((keys, index) =>
    back.has(index) ? [] : keys.slice(1).map((key, at): [string, string] => [keys[at] ?? '', key]),
  );
  arrange(layers, places, links, size);
  return drawn(ids, ways, { back, layerOf, layers, places, routes }, size);
}

/** Indexes of edges that close a circle, met first from the start. */
function backEdges(ids: readonly string[], ways: readonly Way[], start: string): ReadonlySet<number> {
  const leaving = Map.groupBy([...ways.entries()], ([, way]) => way.from);
  const back = new Set<number>();
  const done = new Set<string>();
  const onPath = new Set<string>();
  const visit = (id: string): void => {
    onPath.add(id);
    for (const [index, { to }] of leaving.get(id) ?? []) {
      if (onPath.has(to)) back.add(index);
      else if (!done.has(to)) visit(to);
    }
    onPath.delete(id);
    done.add(id);
  };
  for (const id of [start, ...ids]) if (!done.has(id) && ids.includes(id)) visit(id);
  return back;
}

/** Longest way from any box without edges to it. */
function layersOf(ids: readonly string[], ways: readonly Way[], back: ReadonlySet<number>): Map<string, number> {
  const layers = new Map(ids.map((id) => [id, 0]));
  const forward = ways.filter((_, index) => !back.has(index));
  for (let round = 0; round < ids.length; round += 1) {
    let isStill = true;
    for (const { from, to } of forward) {
      const below = (layers.get(from) ?? 0) + 1;
      if (!layers.has(to) || (layers.get(to) ?? 0) >= below) continue;
      layers.set(to, below);
      isStill = false;
    }
    if (isStill) break;
  }
  return layers;
}

function arrange(
  layers: Place[][],
  places: ReadonlyMap<string, Place>,
  links: readonly [string, string][],
  { gapX }: GraphSize,
): void {
  const above = Map.groupBy(links, ([, to]) => to);
  const below = Map.groupBy(links, ([from]) => from);
  const neighbours = ({ key }: Place, isDown: boolean): number[] =>
    isDown
      ? (above.get(key) ?? []).map(([from]) => places.get(from)?.x ?? 0)
      : (below.get(key) ?? []).map(([, to]) => places.get(to)?.x ?? 0);
  for (const layer of layers) pack(layer, gapX, null);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wanted = new Map(
        layer.map((place) => {
          const xs = neighbours(place, isDown);
          return [place, xs.length === 0 ? place.x : xs.reduce((sum, x) => sum + x, 0) / xs.length];
        }),
      );
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      pack(layer, gapX, wanted);
    }
  }
}

/** Puts the places of a layer side by side, as near to where they want to be as the others let them; `x` is the middle. */
function pack(layer: readonly Place[], gap: number, wanted: ReadonlyMap<Place, number> | null): void {
  let edge = Number.NEGATIVE_INFINITY;
  for (const place of layer) {
    const least = edge === Number.NEGATIVE_INFINITY ? edge : edge + gap + place.width / 2;
    place.x = Math.max(least, wanted?.get(place) ?? (least === Number.NEGATIVE_INFINITY ? 0 : least));
    edge = place.x + place.width / 2;
  }
  if (wanted === null || layer.length === 0) return;
  // Pushing went to the right alone; the whole layer moves back by what it was pushed on average.
  const pushed = layer.reduce((sum, place) => sum + place.x - (wanted.get(place) ?? place.x), 0) / layer.length;
  for (const place of layer) place.x -= pushed;
}

function drawn(
  ids: readonly string[],
  ways: readonly Way[],
  graph: {
    readonly back: ReadonlySet<number>;
    readonly layerOf: ReadonlyMap<string, number>;
    readonly layers: readonly (readonly Place[])[];
    readonly places: ReadonlyMap<string, Place>;
    readonly routes: readonly (readonly string[])[];
  },
  { boxWidth, boxHeight, gapY }: GraphSize,
): GraphLayout {
  const { back, layerOf, layers, places, routes } = graph;
  const left = Math.min(...layers.flat().map((place) => place.x - place.width / 2), 0);
  const right = Math.max(...layers.flat().map((place) => place.x + place.width / 2), 0) - left;
  const x = (key: string): number => (places.get(key)?.x ?? 0) - left;
  const top = (id: string): number => (layerOf.get(id) ?? 0) * (boxHeight + gapY);
  let lanes = 0;
  const edges = ways.map(({ from, to }, index) => {
    if (back.has(index)) {
      lanes += 1;
      const far = right + lanes * lane;
      const [y1, y2] = [top(from) + boxHeight / 2, top(to) + boxHeight / 2];
      const points = [
        { x: x(`box ${from}`) + boxWidth / 2, y: y1 },
        { x: far, y: y1 },
        { x: far, y: y2 },
        { x: x(`box ${to}`) + boxWidth / 2, y: y2 },
      ];
      return { points, isBack: true, label: { x: far, y: (y1 + y2) / 2 } };
    }
    const keys = routes[index] ?? [];
    const points = keys.flatMap((key, at): Point[] => {
      if (at === 0) return [{ x: x(key), y: top(from) + boxHeight }];
      if (at === keys.length - 1) return [{ x: x(key), y: top(to) }];
      const y = ((layerOf.get(from) ?? 0) + at) * (boxHeight + gapY);
      return [
        { x: x(key), y },
        { x: x(key), y: y + boxHeight },
      ];
    });
    const [first, second] = points;
    const label = { x: ((first?.x ?? 0) + (second?.x ?? 0)) / 2, y: ((first?.y ?? 0) + (second?.y ?? 0)) / 2 };
    return { points, isBack: false, label };
  });
  return {
    width: right + (lanes === 0 ? 0 : (lanes + 2) * lane),
    height: Math.max(1, layers.length) * (boxHeight + gapY) - gapY,
    nodes: ids.map((id) => ({ id, x: x(`box ${id}`) - boxWidth / 2, y: top(id) })),
    edges,
  };
}
