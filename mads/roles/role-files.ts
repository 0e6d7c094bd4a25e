import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processSchema } from '../../datasets/processes/process-schema.ts';
import { faultsOf } from '../../engine/core/config.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { Process } from '../../engine/core/process.ts';
import type { Level } from '../../engine/core/tier-name.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import { watchFolder } from '../../models/registry/watch.ts';

const toolSchema = z.strictObject({
  name: z.string().min(1).max(256),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  blastRadius: z.enum(['read', 'reversible', 'irreversible']).optional(),
  simulated: z.boolean().default(false).describe('answered with something plausible; nothing is touched'),
});

/** What a role file may hold; a name is one that can stand in an address. */
export const roleSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'letters, digits, dot, dash and underscore, at most 63'),
  prompt: z.string().max(100_000).optional(),
  tools: z
    .array(toolSchema)
    .max(1000)
    .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, 'a tool is listed twice')
    .optional()
    .describe('all that the role may call; unset: all that the deployment has'),
  processes: z.array(processSchema).default([]),
  level: z.enum(['V1', 'V2', 'V3', 'V4']).optional(),
  alpha: z.number().gt(0).lt(1).optional(),
});

/** A tool as a role's file describes it; what is left out is as its handler has it. */
export type RoleTool = Omit<ToolDefinition, 'parameters'> &
  Partial<Pick<ToolDefinition, 'parameters'>> & { readonly simulated: boolean };

/** A role as its owner describes it; what is left out is as everywhere in the deployment. */
export interface RoleDefinition {
  readonly name: string;
  /** Told to the LLM before the conversation. */
  readonly prompt?: string;
  /** All that it may call; where absent, all that the deployment has. */
  readonly tools?: readonly RoleTool[];
  readonly processes: readonly Process[];
  readonly level?: Level;
  /** Error budget, in (0, 1). */
  readonly alpha?: number;
}

/** A file that is not followed. */
export interface RefusedRole {
  readonly role: string;
  readonly fault: string;
}

/** @throws BAD_REQUEST naming the field at fault */
export function parseRole(input: unknown): RoleDefinition {
  const result = roleSchema.safeParse(input);
  if (result.success) return result.data as RoleDefinition;
  throw new EngineError('BAD_REQUEST', { detail: `role: ${faultsOf(result.error)}` }, { cause: result.error });
}

/** Roles at rest: `<folder>/<name>.json`, one file each, written by people or by the desk. */
export class RoleFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** All that can be read, by name, and what is wrong with the files that cannot. */
  async read(): Promise<{ readonly roles: readonly RoleDefinition[]; readonly refused: readonly RefusedRole[] }> {
    const names = await readdir(this.#folder).catch(() => []);
    const roles: RoleDefinition[] = [];
    const refused: RefusedRole[] = [];
    for (const name of names.filter((one) => one.endsWith('.json')).toSorted()) {
      const path = join(this.#folder, name);
      try {
        const role = parseRole(JSON.parse(await readFile(path, 'utf8')));
        if (`${role.name}.json` !== name) throw new Error(`it describes ${role.name}: name the file ${role.name}.json`);
        roles.push(role);
      } catch (error) {
        refused.push({ role: name.slice(0, -'.json'.length), fault: `roles/${name}: ${messageOf(error)}` });
      }
    }
    return { roles, refused };
  }

  /** Calls back at once and after every change, whoever made it. Returns the function that ends it. */
  watch(pollMs: number, look: () => Promise<void>): () => void {
    mkdirSync(this.#folder, { recursive: true });
    const onError = (error: unknown): void => {
      this.#logger.error({ path: this.#folder, error: messageOf(error) }, 'role files cannot be followed');
    };
    return watchFolder({ folder: this.#folder, pollMs, look, onError });
  }

  /** Calls are served one after another. */
  write(role: RoleDefinition): Promise<void> {
    const mine = this.#writing.then(() => this.#write(role));
    this.#writing = mine.catch(() => undefined);
    return mine;
  }

  async #write(role: RoleDefinition): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `${role.name}.json`);
    const temporary = `${path}.${randomUUID()}.new`;
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(role, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  }
}
