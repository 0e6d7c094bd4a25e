import { layout } from './calls.ts';
import type { Draw } from './draw.ts';

function cell(draw: Draw): string {
  return draw.phrase(
    '«‹#9000›¦‹#99›.‹#99›¦‹city›¦‹first›¦‹last›¦2026-0‹#9›-1‹#9›¦‹adjective›¦‹product›¦true¦false¦¦‹company›¦‹#100›%¦‹person›¦‹adjective› ‹noun› in ‹city›»',
  );
}

/** Rows under a header; the separator decides whether this is CSV or TSV. */
export function delimited(draw: Draw, separator: string): string {
  const columns = draw.chance(0.2) ? draw.int(9, 18) : draw.int(2, 8);
  // Measured tables are mostly numbers, written by programs with all their digits.
  const isMeasured = draw.chance(0.25);
  const one = (): string =>
    isMeasured && draw.chance(0.8) ? (draw.random() * 90).toFixed(draw.int(1, 15)) : cell(draw);
  const header = draw.list(columns, () => draw.phrase('«‹field›¦‹field›_‹#9›¦‹noun›_‹field›¦‹noun› ‹field›»'));
  const quote = draw.chance(0.2);
  const rows = draw.list(draw.int(1, 10), () =>
    draw.list(columns, () => (quote && draw.chance(0.5) ? `"${cell(draw)}, ${cell(draw)}"` : one())),
  );
  const isWordy = draw.chance(0.25);
  // Some tables hold a column of text, and some begin with empty cells.
  if (isWordy) for (const row of rows) row[columns - 1] = draw.phrase('‹sentence›').replaceAll(',', '');
  if (draw.chance(0.08)) for (const row of rows) row[0] = '';
  const listed = draw.chance(0.8) ? [header, ...rows] : rows;
  return listed.map((row) => row.join(separator)).join('\n');
}

function value(draw: Draw, depth: number): unknown {
  if (depth > 0 && draw.chance(0.35)) return record(draw, depth - 1);
  if (depth > 0 && draw.chance(0.2)) return draw.list(draw.int(1, 4), () => value(draw, depth - 1));
  return draw.pick<() => unknown>([
    () => draw.int(0, 9000),
    () =>
      draw.phrase(
        '«‹city›¦‹person›¦‹company›¦‹product›¦‹adjective› ‹noun›¦the ‹noun› was ‹adjective›¦‹sentence›¦‹sentence›.¦‹topic›¦‹url›»',
      ),
    () => draw.chance(0.5),
    () => null,
    () => Math.round(draw.random() * 10_000) / 100,
    () => draw.phrase('2026-0‹#9›-1‹#9›T0‹#9›:3‹#9›:00Z'),
  ])();
}

function record(draw: Draw, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    draw.list(draw.int(1, 5), () => [draw.phrase('«‹field›¦‹noun›¦‹plural›¦‹noun›_‹field›»'), value(draw, depth)]),
  );
}

/** Lists of names and records that describe a collection, as reference data has them. */
function collection(draw: Draw): unknown {
  const template = draw.pick([
    '‹city›',
    '‹person›',
    '‹adjective› ‹noun›',
    '‹company›',
    '‹product›',
    '‹noun›',
    '‹sentence›',
  ]);
  const items = draw.list(draw.int(1, 12), () => draw.phrase(template));
  if (draw.chance(0.4)) return items;
  const name = draw.phrase('«‹plural›¦‹adjective›_‹plural›¦data¦items»');
  return {
    description: draw.phrase('‹sentence›«¦.»'),
    ...(draw.chance(0.3) ? { source: draw.phrase('‹url›') } : {}),
    [name]: items,
  };
}

export function json(draw: Draw): string {
  if (draw.chance(0.2)) return layout(draw, collection(draw));
  if (draw.chance(0.25))
    return layout(
      draw,
      draw.list(draw.int(1, 4), () => record(draw, 1)),
    );
  if (draw.chance(0.08)) return draw.list(draw.int(2, 4), () => JSON.stringify(record(draw, 0))).join('\n');
  return layout(draw, record(draw, 2));
}

function yamlLines(item: unknown, pad: string): string[] {
  if (Array.isArray(item)) {
    return item.flatMap((entry: unknown) => {
      const inner = yamlLines(entry, `${pad}  `);
      const [first = '', ...rest] = inner;
      return [`${pad}- ${first.trim()}`, ...rest];
    });
  }
  if (typeof item !== 'object' || item === null) return [`${pad}${scalar(item)}`];
  return Object.entries(item).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? [`${pad}${key}:`, ...yamlLines(inner, `${pad}  `)]
      : [`${pad}${key}: ${scalar(inner)}`],
  );
}

function scalar(item: unknown): string {
  return typeof item === 'string' ? (/[:#]/.test(item) ? JSON.stringify(item) : item) : String(item);
}

const yamlFrames = [
  'apiVersion: «v1¦apps/v1¦batch/v1»\nkind: «Pod¦Deployment¦Service¦ConfigMap¦Job¦Secret»\nmetadata:\n  name: ‹stem›-‹noun›\n  labels:\n    app: ‹service›\nspec:\n  «replicas: ‹#9›\n  selector:\n    matchLabels:\n      app: ‹service›¦containers:\n  - name: ‹service›\n    image: ‹image›\n    ports:\n    - containerPort: ‹port›¦ports:\n  - port: ‹port›\n    targetPort: ‹port›»',
  'services:\n  ‹service›:\n    image: ‹image›\n    ports:\n      - "‹port›:‹port›"\n    environment:\n      ‹field›: ‹adjective›\n    volumes:\n      - ./‹stem›:‹dir›\n  ‹service›:\n    build: ./‹stem›\n    depends_on:\n      - ‹service›',
  'name: ‹stem›\non:\n  push:\n    branches: [‹branch›]\njobs:\n  ‹verb›:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v‹#5›\n      - run: npm «ci¦test¦run ‹stem›»',
  '- hosts: ‹stem›\n  become: «yes¦no»\n  tasks:\n    - name: ‹verb› ‹service›\n      service:\n        name: ‹service›\n        state: «started¦stopped»',
  'title: ‹adjective› ‹noun›\n«date: 2026-0‹#9›-1‹#9›\n¦»tags:\n  - ‹word›\n  - ‹noun›\n‹field›: ‹#900›',
];

export function yaml(draw: Draw): string {
  const text = draw.chance(0.5) ? draw.phrase(draw.pick(yamlFrames)) : yamlLines(record(draw, 2), '').join('\n');
  return `${draw.chance(0.12) ? '---\n' : ''}${draw.chance(0.08) ? `# ${draw.phrase('«settings of the ‹noun›¦‹sentence›»')}\n` : ''}${text}`;
}

function element(draw: Draw, depth: number, pad: string): string {
  const name = draw.phrase('«‹noun›¦‹field›¦‹plural›»');
  const attributes = draw
    .list(draw.int(0, 2), () => draw.phrase(' ‹field›="«‹#900›¦‹city›¦‹adjective›¦‹person›¦‹noun›-‹#900›»"'))
    .join('');
  if (depth === 0 || draw.chance(0.25))
    return `${pad}<${name}${attributes}>${draw.chance(0.3) ? draw.phrase('‹sentence›.') : cell(draw)}</${name}>`;
  if (draw.chance(0.12)) return `${pad}<${name}${attributes}/>`;
  const inner = draw.list(draw.int(1, 3), () => element(draw, depth - 1, `${pad}  `)).join('\n');
  return `${pad}<${name}${attributes}>\n${inner}\n${pad}</${name}>`;
}

const xmlFrames = [
  '<dependency>\n  <groupId>org.example.‹stem›</groupId>\n  <artifactId>‹noun›-‹stem›</artifactId>\n  <version>‹#9›.‹#20›.‹#9›</version>\n</dependency>',
  '<html>\n<body>\n<h1>‹adjective› ‹noun›</h1>\n<p class="‹field›">‹topic›</p>\n</body>\n</html>',
  '<item>\n  <title>‹topic›</title>\n  <link>‹url›</link>\n  <pubDate>‹#28› ‹month› 2026</pubDate>\n</item>',
  '<bean id="‹noun›" class="com.example.‹stem›">\n  <property name="‹field›" value="‹#900›"/>\n</bean>',
];

export function xml(draw: Draw): string {
  const text = draw.chance(0.3) ? draw.phrase(draw.pick(xmlFrames)) : element(draw, 2, '');
  return draw.chance(0.25) ? `<?xml version="1.0" encoding="UTF-8"?>\n${text}` : text;
}

export function toml(draw: Draw): string {
  const pair = (): string =>
    draw.phrase('‹field› = «‹#900›¦"‹city›"¦«true¦false»¦‹#9›.‹#99›¦["‹word›", "‹word›"]¦2026-0‹#9›-1‹#9›¦"‹url›"»');
  const section = (): string =>
    [draw.phrase('«[‹noun›]¦[‹noun›.‹stem›]¦[[‹plural›]]»'), ...draw.list(draw.int(1, 4), pair)].join('\n');
  const head = draw.chance(0.4) ? `${draw.list(draw.int(1, 2), pair).join('\n')}\n\n` : '';
  return head + draw.list(draw.int(1, 3), section).join('\n\n');
}

/** Settings as KEY=value or `key = value` under sections: the older cousins of TOML. */
export function settings(draw: Draw): string {
  if (draw.chance(0.5))
    return draw
      .list(draw.int(3, 7), () =>
        draw.phrase('‹noun›_‹field›=«‹#9000›¦‹city›¦‹url›¦«true¦false»»').replace(/^[^=]+/, (key) => key.toUpperCase()),
      )
      .join('\n');
  return [
    draw.phrase('[‹noun›]'),
    ...draw.list(draw.int(2, 5), () => draw.phrase('‹field›=«‹#900›¦‹adjective›¦‹dir›»')),
    draw.phrase('; ‹adjective› ‹noun›'),
  ].join('\n');
}
