/** A name of letters, digits and `_` that no other has yet. */
export class Names {
  readonly #taken = new Set<string>();

  of(wanted: string): string {
    const base = slug(wanted) || 'step';
    let name = base;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${base}_${number}`;
    this.#taken.add(name);
    return name;
  }

  /** Takes a name as it is, where it is free. */
  take(name: string): boolean {
    if (this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }
}

const longest = 40;

export function slug(text: string): string {
  const words = text
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/\{[^}]*\}/g, ' ')
    .match(/[\p{L}\p{N}]+/gu);
  let name = '';
  for (const word of words ?? []) {
    if (name !== '' && name.length + word.length >= longest) break;
    name += name === '' ? word.slice(0, longest) : `_${word}`;
  }
  return name;
}

/** `party_plan` of `star.party_plan`, `FindEvents` of `Events_1.FindEvents`. */
export function toolName(tool: string): string {
  return (
    tool
      .split(/[./:]|__/)
      .filter(Boolean)
      .at(-1) ?? tool
  );
}
