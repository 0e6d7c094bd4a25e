import type { DialogueTurn } from '../example.ts';

/** Fields of a call or a result that are compared, and characters of a user's turn that they are looked for in. */
const limits = { fields: 24, read: 600, users: 8, value: 60 } as const;

/** How a conversation has gone so far, apart from its words. */
export interface Flow {
  /** Turns of the agent in words, and how many of them were no step of a script. */
  readonly replies: number;
  readonly offScript: number;
  /** Calls since the user last spoke. */
  readonly callsInARow: number;
}

/** `moveOf` says which step a turn was, `free` for words outside every script. */
export function flowOf(turns: readonly DialogueTurn[], moveOf: (turn: DialogueTurn) => string): Flow {
  let replies = 0;
  let offScript = 0;
  let callsInARow = 0;
  for (const turn of turns) {
    if (turn.speaker === 'user') callsInARow = 0;
    if (turn.speaker === 'action') callsInARow += 1;
    if (turn.speaker !== 'agent') continue;
    replies += 1;
    if (moveOf(turn) === 'free') offScript += 1;
  }
  return { replies, offScript, callsInARow };
}

/**
 * Names of what the calls say: which arguments the newest one had, what changed since the one before, whether the newest
 * result fits what was asked for, and whether the user ever said what it tells. Bounded work.
 */
export function callFlow(turns: readonly DialogueTurn[], flow: Flow, put: (name: string) => void): void {
  const calls = turns.filter(({ speaker }) => speaker === 'action');
  const call = calls.at(-1);
  if (call === undefined) return;
  const last = turns.at(-1) as DialogueTurn;
  const given = fieldsOf(call.values);
  put(`cs ${call.text} ${given.map(([name]) => name).join(',')}`);
  const before = calls.at(-2);
  if (before?.text === call.text) {
    const old = new Map(fieldsOf(before.values));
    const own = new Map(given);
    const changed = [...new Set([...old.keys(), ...own.keys()])].filter((name) => old.get(name) !== own.get(name));
    put(`cc ${changed.length === 0} ${last.speaker}`);
    for (const name of changed) put(`cd ${call.text} ${name} ${last.speaker}`);
  }
  const row = Math.min(flow.callsInARow, 4);
  put(`cu ${row} ${last.speaker}`);
  const result = turns.findLast(({ speaker }) => speaker === 'result');
  if (result === undefined) return;
  const asked = new Map(given);
  const said = saidBy(turns);
  for (const [name, value] of fieldsOf(result.values)) {
    if (value.length > limits.value) continue;
    const wanted = asked.get(name);
    put(`rf ${name} ${wanted === undefined ? 'none' : wanted.includes(value)} ${last.speaker}`);
    put(`rm ${call.text} ${name} ${value.length > 2 && said.includes(value)} ${last.speaker}`);
    if (last.speaker === 'result') put(`cum ${Math.min(row, 3)} ${name} ${value}`);
  }
}

/** Names with their values as folded text, sorted by name. */
function fieldsOf(values: DialogueTurn['values']): [string, string][] {
  return Object.entries(values ?? {})
    .slice(0, limits.fields)
    .map(([name, value]): [string, string] => [name, textOf(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.slice(0, limits.read).toLowerCase();
}

function saidBy(turns: readonly DialogueTurn[]): string {
  return turns
    .filter(({ speaker }) => speaker === 'user')
    .slice(-limits.users)
    .map(({ text }) => text.slice(0, limits.read).toLowerCase())
    .join('\n');
}

/** How far the agent keeps to its scripts, as names: share and count of the replies outside them. */
export function scriptFlow(
  { replies, offScript }: Flow,
  speaker: string,
  first: string,
  put: (name: string) => void,
): void {
  const share = replies === 0 ? 'none' : String(Math.round((offScript / replies) * 4));
  put(`er ${share}`);
  put(`er ${share} ${speaker}`);
  put(`er ${share} ${Math.min(3, replies)}`);
  put(`er ${share} ${first}`);
  put(`ef ${Math.min(offScript, 5)} ${speaker}`);
}
