import type { Destination } from '../../engine/core/destination.ts';

const to = (tool: string, argument: string, constants: Readonly<Record<string, string>> = {}): Destination => ({
  tool,
  argument,
  constants,
});

const bySubtype: Readonly<Record<string, Destination>> = {
  bash: to('shell.run', 'command'),
  powershell: to('shell.run', 'command'),
  shell_with_english: to('shell.run', 'command'),
  code_bash: to('shell.run', 'command'),
  slash_command: to('slash.command', 'command'),
  sql: to('sql.query', 'query'),
  function_call: to('functions.invoke', 'call'),
  function_call_py: to('functions.invoke', 'call'),
  mcp_request: to('mcp.forward', 'request'),
  image_base64: to('files.store', 'content', { kind: 'image' }),
  image_svg: to('files.store', 'content', { kind: 'image' }),
  json_schema: to('files.store', 'content', { kind: 'json' }),
  mcp_result: to('files.store', 'content', { kind: 'json' }),
};

const stored = ['csv', 'tsv', 'json', 'yaml', 'toml', 'ini', 'xml', 'log', 'diff'];

/** Where the sample desk sends a kind of content; null for prose. */
export function sampleDestination(subtype: string): Destination | null {
  const known = bySubtype[subtype];
  if (known !== undefined) return known;
  if (subtype.startsWith('code_')) return to('code.execute', 'code', { language: subtype.slice('code_'.length) });
  if (subtype.startsWith('stacktrace_')) return to('files.store', 'content', { kind: 'stacktrace' });
  return stored.includes(subtype) ? to('files.store', 'content', { kind: subtype }) : null;
}
