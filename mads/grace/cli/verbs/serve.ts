import type { Command } from '@commander-js/extra-typings';
import type { Config } from '../../../../engine/core/config.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import { servingOptions } from '../serving-options.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

export function addServe(program: Command, shell: Shell): void {
  servingOptions(
    program
      .command('serve')
      .summary('answer over HTTP and MCP, show the dashboard, train')
      .description(
        `Serves the roles of the data folder: /v1/chat/completions (OpenAI's protocol), /v1/route, /v1/feedback, /mcp,
/metrics, /healthz and the dashboard at /. Ends on Ctrl-C or SIGTERM, after what is under way.`,
      ),
  ).action(async (flags) => {
    const { json, learn, ...given } = flags;
    // the flag only says no: what else is set counts
    const settings = { ...given, ...(learn ? {} : { learn }) };
    await serve(shell.config(settings), shell.terminal(json === true), isUnderNpm(shell));
  });
}

/** Serves until a signal asks it to end. */
export async function serve(config: Config, terminal: Terminal, underNpm: boolean): Promise<void> {
  const logger = createLogger(config.logLevel);
  // Listened to from the start: a signal while it opens must not leave the queue's database server behind.
  const asked = endSignal(underNpm);
  const { openEcosystem } = await import('../../../ecosystem.ts');
  const ecosystem = await openEcosystem(config, { logger, withQueue: true, withWorker: true });
  try {
    const { url } = await ecosystem.listen();
    const roles = ecosystem.parts.roles();
    const meant = ecosystem.parts.defaultRole();
    const { ready, detail } = await ecosystem.parts.readiness();
    const refused = refusedLines(detail['refused']);
    terminal.answer({ url, pid: process.pid, roles, defaultRole: meant, ready, ...detail }, () =>
      [
        `serving ${roles.length} roles${roles.length === 0 ? '' : `: ${roles.join(', ')}`}`,
        `  dashboard   ${url}/`,
        `  OpenAI API  ${url}/v1   (model: ${meant === null ? '' : `thought-engine, which is ${meant}, or `}a role)`,
        `  MCP         ${url}/mcp`,
        ready || refused.length > 0
          ? ''
          : 'no models yet: "thought-engine train" makes them; until then every message goes to the LLM',
        ...refused,
        detail.llm === 'none'
          ? 'no LLM is configured: messages that need one get IMPERATOR_UNAVAILABLE (see README)'
          : '',
      ]
        .filter(Boolean)
        .join('\n'),
    );
    await asked;
    terminal.say('ending: what is under way is finished first');
  } finally {
    await ecosystem.close();
  }
}

/** What does not serve though it should, in one line each. */
export function refusedLines(refused: unknown): string[] {
  const { models = {}, roles = {} } = (refused ?? {}) as Record<'models' | 'roles', Record<string, string> | undefined>;
  return [
    ...Object.entries(models).map(([role, fault]) => `the newest models of ${role} are refused: ${fault}`),
    ...Object.values(roles).map((fault) => `a role file is not followed: ${fault}`),
  ];
}

/** Whether an npm script started this process. */
export function isUnderNpm({ environment }: Shell): boolean {
  return environment.npm_lifecycle_event !== undefined;
}

/** How often it is looked whether npm, which started this process, is still there; milliseconds. */
const parentMs = 500;

/** A signal, or the end of the npm that started this process: npm does not hand signals on to what its shell runs. */
function endSignal(underNpm: boolean): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    if (!underNpm) return;
    const parent = process.ppid;
    const looking = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(looking);
      resolve();
    }, parentMs);
    looking.unref();
  });
}
