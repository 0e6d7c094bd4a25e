import { openDesk, type DeskDoor } from './desk-door.ts';
import type { Shell } from './shell.ts';
import type { Terminal } from './terminal.ts';

/** What every verb that asks the desk lets people say. */
export interface DeskFlags {
  readonly role?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly json?: true | undefined;
}

/** Opens the desk of the data folder, asks, answers on the terminal, and closes it, whatever happens. */
export async function askDesk<Answer>(
  shell: Shell,
  flags: DeskFlags,
  question: (door: DeskDoor, terminal: Terminal) => Promise<Answer>,
  text: (answer: Answer) => string,
): Promise<void> {
  const terminal = shell.terminal(flags.json === true);
  const door = await openDesk(shell.config({ dataDir: flags.dataDir }), terminal.progress);
  try {
    const answer = await question(door, terminal);
    terminal.answer(answer, () => text(answer));
  } finally {
    await door.close();
  }
}

/** The role, where one was named. */
export function ofRole({ role }: DeskFlags): { role?: string } {
  return role === undefined ? {} : { role };
}
