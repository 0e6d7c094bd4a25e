import { sha256 } from './hash.ts';

/** What chat protocols allow as a function name; canonical tool names have dots besides. */
const functionName = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * `mads.rogers.recall` -> `mads__rogers__recall`. A dot becomes `__`; where the name itself holds `_` followed by `_`,
 * `-` or a dot, a `-` is put between them, so that the way back is always the same name. A name without dots, `__` and
 * `_-` is its own alias.
 */
export function aliasOf(name: string): string {
  let alias = '';
  for (const letter of name) {
    const isMark = letter === '_' || letter === '-' || letter === '.';
    if (isMark && alias.endsWith('_')) alias += '-';
    alias += letter === '.' ? '__' : letter;
  }
  return alias;
}

/** The name whose alias this is. */
export function nameOf(alias: string): string {
  let name = '';
  let afterUnderscore = false;
  for (let index = 0; index < alias.length; index += 1) {
    if (afterUnderscore && alias[index] === '-') index += 1;
    const letter = alias[index] ?? '';
    const isDot = letter === '_' && alias[index + 1] === '_';
    name += isDot ? '.' : letter;
    if (isDot) index += 1;
    afterUnderscore = letter === '_';
  }
  return name;
}

/** Names as a chat protocol takes them, for one list of tools, and the way back. */
export class AliasTable {
  readonly #names = new Map<string, string>();
  readonly #aliases = new Map<string, string>();

  constructor(names: readonly string[]) {
    // Names that need no alias come first: a client's own name is never taken by the alias of another tool.
    for (const name of [...names].sort((a, b) => Number(functionName.test(b)) - Number(functionName.test(a)))) {
      if (this.#aliases.has(name)) continue;
      const plain = functionName.test(name) ? name : aliasOf(name);
      // Too long, an odd letter, or taken: a readable start and a hash; the table knows the way back.
      const isFree = functionName.test(plain) && !this.#names.has(plain);
      const alias = isFree
        ? plain
        : `${plain.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 47)}_${sha256(name).slice(0, 16)}`;
      this.#names.set(alias, name);
      this.#aliases.set(name, alias);
    }
  }

  alias(name: string): string {
    return this.#aliases.get(name) ?? aliasOf(name);
  }

  /** An alias that is not in the table comes back as it is. */
  name(alias: string): string {
    return this.#names.get(alias) ?? alias;
  }
}
