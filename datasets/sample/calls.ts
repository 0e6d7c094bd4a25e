import type { Draw } from './draw.ts';
import { words } from './code-names.ts';

type Arguments = Readonly<Record<string, unknown>>;

function argumentValue(draw: Draw): unknown {
  return draw.pick<() => unknown>([
    () => draw.phrase('‹city›'),
    () => draw.phrase('‹person›'),
    () => draw.int(1, 5000),
    () => draw.chance(0.5),
    () => Math.round(draw.random() * 10_000) / 100,
    () => draw.phrase('2026-0‹#9›-1‹#9›'),
    () => draw.list(draw.int(1, 3), () => draw.phrase('‹word›')),
    () => draw.phrase('«please ‹verb› the ‹adjective› ‹noun›¦‹topic›¦‹product›¦‹sentence›¦‹sentence›»'),
    () => ({ [draw.phrase('‹field›')]: draw.int(1, 90), [draw.phrase('‹field›')]: draw.phrase('‹adjective›') }),
  ])();
}

function callArguments(draw: Draw): Arguments {
  return Object.fromEntries(draw.list(draw.int(1, 4), () => [draw.phrase('‹field›'), argumentValue(draw)]));
}

function toolName(draw: Draw): string {
  const [verb, noun] = [draw.phrase('«get¦set¦‹verb›¦‹verb›¦list¦find»'), draw.phrase('«‹noun›¦‹plural›»')];
  return draw.pick([
    `${verb}_${noun}`,
    words([verb, noun], 'camel'),
    `${noun}.${verb}`,
    `mads.${noun}.${verb}`,
    `${verb}-${noun}`,
  ]);
}

/** JSON as people and programs lay it out: tight, spaced or indented. */
export function layout(draw: Draw, value: unknown): string {
  const style = draw.int(0, 3);
  if (style === 0) return JSON.stringify(value);
  if (style === 1) return JSON.stringify(value, null, 2);
  if (style === 2) return JSON.stringify(value, null, 4);
  return JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/([[{]) /g, '$1')
    .replace(/ ([\]}])/g, '$1');
}

/** A tool call in one of the serialisations that models and protocols use. */
export function functionCall(draw: Draw): string {
  const name = toolName(draw);
  const given = callArguments(draw);
  const serialisations: (() => string)[] = [
    () => layout(draw, { name, arguments: given }),
    () => layout(draw, { name, parameters: given }),
    () => layout(draw, { type: 'function', function: { name, arguments: JSON.stringify(given) } }),
    () =>
      layout(draw, {
        tool_calls: [
          { id: `call_${draw.hex(8)}`, type: 'function', function: { name, arguments: JSON.stringify(given) } },
        ],
      }),
    () => layout(draw, { type: 'tool_use', id: `toolu_${draw.hex(10)}`, name, input: given }),
    () =>
      layout(draw, [
        { name, arguments: given },
        { name: toolName(draw), arguments: callArguments(draw) },
      ]),
    () => `<tool_call>\n${layout(draw, { name, arguments: given })}\n</tool_call>`,
    () => layout(draw, { action: name, action_input: given }),
    () => `Action: ${name}\nAction Input: ${JSON.stringify(given)}`,
    () =>
      `<invoke name="${name}">\n${Object.entries(given)
        .map(
          ([key, value]) =>
            `<parameter name="${key}">${typeof value === 'string' ? value : JSON.stringify(value)}</parameter>`,
        )
        .join('\n')}\n</invoke>`,
    () => `<function=${name}>${JSON.stringify(given)}</function>`,
    () => layout(draw, { function_call: { name, arguments: JSON.stringify(given) } }),
  ];
  return draw.pick(serialisations)();
}

/** A call written like Python or JavaScript. */
export function codeCall(draw: Draw): string {
  const one = (): string => {
    const name = toolName(draw).replaceAll('-', '_');
    const pairs = Object.entries(callArguments(draw)).map(([key, value]) => `${key}=${pythonValue(value)}`);
    return `${name}(${pairs.join(', ')})`;
  };
  if (draw.chance(0.15)) return `[${one()}, ${one()}]`;
  if (draw.chance(0.12)) return `${toolName(draw).replaceAll('-', '_')}(${JSON.stringify(callArguments(draw))})`;
  if (draw.chance(0.08)) return `await ${one()}`;
  return one();
}

function pythonValue(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  return JSON.stringify(value);
}

const methods = [
  'tools/call',
  'tools/list',
  'resources/read',
  'resources/list',
  'prompts/get',
  'initialize',
  'ping',
  'completion/complete',
  'logging/setLevel',
];

/** A JSON-RPC request or notification. */
export function protocolRequest(draw: Draw): string {
  const method = draw.pick(methods);
  const id = draw.pick<unknown>([draw.int(1, 999), `req-${draw.hex(4)}`]);
  if (draw.chance(0.15)) {
    const params = { progressToken: draw.hex(8), progress: draw.int(1, 100), total: 100 };
    return layout(draw, { jsonrpc: '2.0', method: 'notifications/progress', params });
  }
  if (draw.chance(0.15))
    return layout(draw, {
      jsonrpc: '2.0',
      id,
      method: toolName(draw),
      params: draw.chance(0.5) ? callArguments(draw) : [draw.int(1, 90), draw.phrase('‹word›')],
    });
  if (draw.chance(0.1)) return layout(draw, { method, params: { cursor: draw.hex(6) }, id, jsonrpc: '2.0' });
  if (method === 'tools/call')
    return layout(draw, {
      jsonrpc: '2.0',
      id,
      method,
      params: { name: toolName(draw), arguments: callArguments(draw) },
    });
  if (method === 'resources/read')
    return layout(draw, { jsonrpc: '2.0', id, method, params: { uri: `file://${draw.phrase('‹dir›/‹stem›.‹ext›')}` } });
  if (method === 'prompts/get')
    return layout(draw, {
      jsonrpc: '2.0',
      id,
      method,
      params: { name: toolName(draw), arguments: callArguments(draw) },
    });
  return layout(draw, { jsonrpc: '2.0', id, method, params: draw.chance(0.5) ? {} : callArguments(draw) });
}

/** A JSON-RPC result or error: data, whatever it tells of. */
export function protocolResult(draw: Draw): string {
  const id = draw.int(1, 999);
  const text = (): string =>
    draw.phrase(
      '«‹sentence›¦‹sentence›. ‹sentence›.¦found ‹#90› ‹plural›¦the ‹noun› is ‹adjective›¦‹city›: ‹#30› degrees¦done¦no ‹plural› match»',
    );
  return layout(
    draw,
    draw.pick<() => unknown>([
      () => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: text() }], isError: draw.chance(0.2) } }),
      () => ({
        jsonrpc: '2.0',
        id,
        result: {
          tools: draw.list(draw.int(1, 3), () => ({
            name: toolName(draw),
            description: text(),
            inputSchema: { type: 'object' },
          })),
        },
      }),
      () => ({
        jsonrpc: '2.0',
        id,
        error: {
          code: draw.pick([-32_600, -32_601, -32_602, -32_603, -32_000]),
          message: draw.phrase('«Method not found¦Invalid params¦‹noun› not found¦Internal error»'),
          data: callArguments(draw),
        },
      }),
      () => ({ jsonrpc: '2.0', id, result: callArguments(draw) }),
      () => ({
        id,
        result: { resources: [{ uri: `file://${draw.phrase('‹dir›/‹stem›.‹ext›')}`, name: text() }] },
        jsonrpc: '2.0',
      }),
    ])(),
  );
}

/** The schema of a tool: a description, not a call. */
export function toolSchema(draw: Draw): string {
  const names = draw.list(draw.int(1, 4), () => draw.phrase('‹field›'));
  const properties = Object.fromEntries(
    names.map((name) => [
      name,
      {
        type: draw.pick(['string', 'integer', 'number', 'boolean']),
        description: draw.phrase('«The ‹field› of the ‹noun›¦‹sentence›.¦‹sentence›. ‹sentence›.»'),
      },
    ]),
  );
  const schema = { type: draw.pick(['object', 'dict']), properties, required: names.slice(0, 1) };
  const description = draw.phrase(
    '«Get¦Find¦‹verb›» «the ‹adjective› ‹noun› by its ‹field›¦all ‹plural› for ‹topic›¦the ‹noun› of a person». «¦‹sentence›.»',
  );
  return layout(
    draw,
    draw.pick<() => unknown>([
      () => ({ name: toolName(draw), description, parameters: schema }),
      () => ({ type: 'function', function: { name: toolName(draw), description, parameters: schema } }),
      () => ({ name: toolName(draw), description, inputSchema: schema }),
      () => ({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: draw.phrase('‹noun›'), ...schema }),
    ])(),
  );
}
