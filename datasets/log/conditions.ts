type Value = string | number | boolean;

/** Gathers conditions of a query; each `?` becomes the number of its value. */
export class Conditions {
  readonly values: Value[] = [];
  readonly #texts: string[] = [];

  add(text: string, ...values: readonly Value[]): void {
    let used = 0;
    this.#texts.push(text.replaceAll('?', () => `$${this.values.push(values[used++] as Value)}`));
  }

  /** `WHERE ...`, or nothing where there are no conditions. */
  where(): string {
    return this.#texts.length === 0 ? '' : `WHERE ${this.#texts.map((text) => `(${text})`).join(' AND ')}`;
  }
}
