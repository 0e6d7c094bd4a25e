import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import type { Command } from '@commander-js/extra-typings';
import type { Config } from '../../../../engine/core/config.ts';
import { messageOf } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import type { ArtefactKind } from '../../../../models/manifest.ts';
import type { OpenBundle } from '../../../../models/registry/registry.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { servingOwner } from '../../../house/owner.ts';
import { openDesk } from '../desk-door.ts';
import type { Shell } from '../shell.ts';
import { AnsweredFailure, table } from '../terminal.ts';
import { refusedLines } from './serve.ts';

interface Finding {
  readonly what: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly detail: string;
}

/** Free space under which a deployment will soon stop to acknowledge; bytes. */
const littleSpace = 512 * 1024 * 1024;

export function addDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .summary('what is healthy, what is missing, and how to get it')
    .description(
      'Looks at runtime, data folder, server, models, roles, LLM and device. Changes nothing. Exit code 1 where something is bad.',
    )
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const config = shell.config({ dataDir: flags.dataDir });
      const findings: Finding[] = [];
      for (const examine of [runtime, folder, server, models, roles, llm, device]) {
        findings.push(await examine(config).catch((error: unknown): Finding => bad(examine.name, messageOf(error))));
      }
      shell.terminal(flags.json === true).answer(findings, () =>
        table(
          ['', 'what', 'found'],
          findings.map(({ what, state, detail }) => [state, what, detail]),
        ),
      );
      if (findings.some((finding) => finding.state === 'bad')) throw new AnsweredFailure();
    });
}

const good = (what: string, detail: string): Finding => ({ what, state: 'good', detail });
const note = (what: string, detail: string): Finding => ({ what, state: 'note', detail });
const bad = (what: string, detail: string): Finding => ({ what, state: 'bad', detail });

async function runtime(): Promise<Finding> {
  const [major = 0] = process.versions.node.split('.').map(Number);
  const detail = `Node ${process.versions.node}`;
  return major >= 24
    ? good('runtime', detail)
    : bad('runtime', `${detail}: 24 or newer is needed; run through npm, which brings its own`);
}

async function folder(config: Config): Promise<Finding> {
  const { root } = dataFolder(config.dataDir);
  if (!existsSync(root)) return note('data folder', `${root} is not there yet: "import", "up" or "serve" makes it`);
  await access(root, constants.W_OK);
  const { bavail, bsize } = await statfs(root);
  const detail = `${root}, ${Math.round((bavail * bsize) / 1024 ** 2)} MB free`;
  return bavail * bsize < littleSpace
    ? bad('data folder', `${detail}: make room before the disk is full`)
    : good('data folder', detail);
}

async function server(config: Config): Promise<Finding> {
  const owner = await servingOwner(dataFolder(config.dataDir).root);
  if (owner !== null) {
    const where = `pid ${owner.pid} at http://127.0.0.1:${owner.port}`;
    const answer = await fetch(`http://127.0.0.1:${owner.port}/healthz`, { signal: AbortSignal.timeout(5000) });
    const refused = refusedLines(((await answer.json()) as { readonly refused?: unknown }).refused);
    return refused.length === 0 ? good('server', where) : bad('server', [where, ...refused].join('; '));
  }
  return note('server', 'none runs here: "thought-engine serve" starts one');
}

const noConversations = 'no conversations yet: "thought-engine import <path>", or "thought-engine up" for a sample';

async function models(config: Config): Promise<Finding> {
  if (!existsSync(dataFolder(config.dataDir).root)) return note('models', noConversations);
  const door = await openDesk(config, () => undefined);
  try {
    const roles = await door.ask('roles', undefined);
    if (roles.length === 0) return note('models', noConversations);
    const { Registry } = await import('../../../../models/registry/registry.ts');
    const registry = await Registry.open(dataFolder(config.dataDir).models, { logger: createLogger('error') });
    const states = await Promise.all(
      roles.map(async (role) => [role, (await registry.openCurrent(role))?.bundle.id.slice(0, 12) ?? null] as const),
    );
    const untrained = states.flatMap(([role, bundle]) => (bundle === null ? [role] : []));
    for (const role of roles) {
      const opened = await registry.openCurrent(role);
      const fault = opened === null ? null : await loadFault(opened);
      if (fault !== null) return bad('models', `those of ${role} do not load: ${fault}`);
    }
    if (untrained.length > 0) return note('models', `not trained: ${untrained.join(', ')}; run "thought-engine train"`);
    return good('models', states.map(([role, bundle]) => `${role} ${bundle}`).join(', '));
  } finally {
    await door.close();
  }
}

/** Why the models of a bundle would not load here, though every byte is as it was sealed; null where they load. */
async function loadFault({ artefacts }: OpenBundle): Promise<string | null> {
  const { loadModel } = await import('../../../../engine/pipeline/load-model.ts');
  for (const [kind, artefact] of Object.entries(artefacts)) {
    try {
      const { model } = await loadModel(kind as ArtefactKind, artefact.folder, 'cpu');
      await model.dispose();
    } catch (error) {
      return messageOf(error);
    }
  }
  return null;
}

/** Whether the roles' files can be followed, and which role the name thought-engine means. */
async function roles(config: Config): Promise<Finding> {
  const where = dataFolder(config.dataDir);
  if (!existsSync(where.root)) return note('roles', noConversations);
  const { RoleFiles } = await import('../../../roles/role-files.ts');
  const { roles: described, refused } = await new RoleFiles(where.roles, createLogger('error')).read();
  if (refused.length > 0) return bad('roles', `not followed: ${refused.map(({ fault }) => fault).join('; ')}`);
  const door = await openDesk(config, () => undefined);
  try {
    const names = [...new Set([...described.map(({ name }) => name), ...(await door.ask('roles', undefined))])];
    if (names.length === 0) return note('roles', noConversations);
    const trained = (await door.ask('models', {})).filter(({ current }) => current !== null).map(({ role }) => role);
    const { defaultRole } = config;
    if (defaultRole !== undefined && !names.includes(defaultRole)) {
      return bad('roles', `defaultRole is "${defaultRole}", and there is no such role: ${names.join(', ')}`);
    }
    const meant = defaultRole ?? names.find((name) => trained.includes(name)) ?? names[0];
    const first = trained.length === 0 ? 'the first' : 'the first with models';
    const why = defaultRole === undefined ? `${first}; the setting defaultRole chooses` : 'defaultRole';
    return good('roles', `${names.join(', ')}; the model name thought-engine means ${meant} (${why})`);
  } finally {
    await door.close();
  }
}

async function llm(config: Config): Promise<Finding> {
  const { imperator, llmBaseUrl, llmModel } = config;
  if (imperator === 'none' || imperator === 'replay') return note('LLM', `imperator is "${imperator}"`);
  if (llmBaseUrl === undefined || llmModel === undefined) {
    return note(
      'LLM',
      'none: set THOUGHT_ENGINE_LLM_BASE_URL, THOUGHT_ENGINE_LLM_MODEL and THOUGHT_ENGINE_LLM_API_KEY',
    );
  }
  const answer = await fetch(`${llmBaseUrl.replace(/\/$/, '')}/models`, {
    signal: AbortSignal.timeout(5000),
    headers: config.llmApiKey === undefined ? {} : { authorization: `Bearer ${config.llmApiKey}` },
  });
  return answer.ok
    ? good('LLM', `${llmModel} at ${llmBaseUrl}`)
    : bad('LLM', `${llmBaseUrl} answers with status ${answer.status}`);
}

async function device(config: Config): Promise<Finding> {
  if (config.device === 'cpu') return good('device', 'cpu');
  return note('device', `${config.device}; where it is missing, cpu is used and said so`);
}
