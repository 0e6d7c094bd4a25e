import { words } from './code-names.ts';
import { compiledSyntaxes } from './code-compiled.ts';
import { scriptingSyntaxes } from './code-scripting.ts';
import type { Parameter, Syntax, ValueType } from './code-syntax.ts';
import type { Draw } from './draw.ts';

const syntaxes = [...scriptingSyntaxes, ...compiledSyntaxes];
export const codeLanguages: readonly string[] = syntaxes.map((syntax) => syntax.language);

/** A piece of code in one language: a function, a type, a script, or a few lines out of the middle of one. */
export function code(draw: Draw, language: string): string {
  const syntax = syntaxes.find((candidate) => candidate.language === language);
  if (syntax === undefined) throw new Error(`no syntax for ${language}`);
  return new Writer(draw, syntax).piece();
}

const types: readonly ValueType[] = ['int', 'text', 'list', 'flag', 'float'];

class Writer {
  readonly #draw: Draw;
  readonly #syntax: Syntax;
  readonly #sigil: string;

  constructor(draw: Draw, syntax: Syntax) {
    this.#draw = draw;
    this.#syntax = syntax;
    this.#sigil = syntax.language === 'php' ? '$' : '';
  }

  piece(): string {
    const { imports, print, program } = this.#syntax;
    const few = (): string[] => this.#draw.some(imports, this.#draw.int(1, 3));
    const shapes: (() => readonly string[])[] = [
      () => this.#function(),
      () => this.#function(),
      () => this.#function(),
      () => [...few(), '', ...this.#function()],
      () => this.#type(),
      () => [...few(), '', ...this.#type(), '', ...this.#function()],
      () => this.#body(this.#names(), 2),
      () => this.#body(this.#names(), 1),
      () => [this.#comment(), ...this.#body(this.#names(), 1)],
      () => [...this.#function(), '', ...this.#function()],
      () => [...few(), ...this.#body(this.#names(), 1), print(this.#expression(this.#names()))],
      () => (program === undefined ? this.#function() : [...few(), '', ...program(this.#body(this.#names(), 2))]),
      () => [...few(), this.#comment(), ...this.#function()],
      () => this.#draw.list(this.#draw.int(2, 4), () => [...this.#function(), '']).flat(),
      () => [...few(), '', ...this.#draw.list(this.#draw.int(2, 3), () => [...this.#function(), '']).flat()],
      () => [this.#comment(), ...this.#body(this.#names(), 3), this.#comment(), ...this.#body(this.#names(), 2)],
      () => this.#draw.some(imports, 4),
      () => [...few(), '', ...this.#documentation(), ...this.#type()],
    ];
    const text = this.#draw.pick(shapes)().join('\n').trim();
    return text.length < 24 ? `${text}\n${print(this.#expression(this.#names()))}` : text;
  }

  #name(template: string, style: 'own' | 'pascal' = 'own'): string {
    return words(this.#draw.phrase(template).split(' '), style === 'pascal' ? 'pascal' : this.#syntax.naming);
  }

  #variable(): string {
    return this.#sigil + this.#name('«‹noun›¦‹plural›¦‹field›¦‹adjective› ‹noun›¦total¦count¦result¦value¦index»');
  }

  #names(): readonly string[] {
    return this.#draw.list(this.#draw.int(2, 4), () => this.#variable());
  }

  #comment(): string {
    const { comment } = this.#syntax;
    return comment(
      this.#draw.phrase(
        '«‹verb› «the¦all¦each» ‹adjective› ‹plural›¦TODO: ‹verb› the ‹noun›¦returns the ‹field› of a ‹noun›¦why: the ‹noun› may be ‹adjective›¦‹sentence›¦‹sentence›»',
      ),
    );
  }

  /** Words before a function or type, as documented code has them. */
  #documentation(): readonly string[] {
    if (!this.#draw.chance(0.35)) return [];
    const text = this.#draw.list(this.#draw.int(1, 3), () =>
      this.#draw.phrase('«‹sentence›.¦‹sentence›¦@param ‹field› the ‹noun› to ‹verb›¦@return ‹plural›¦»'),
    );
    const { block, comment } = this.#syntax;
    return block === undefined ? text.map(comment) : block(text);
  }

  #function(): readonly string[] {
    const kept = this.#draw.list(this.#draw.int(1, 3), (): Parameter => ({
      name: this.#variable().replace('$', ''),
      type: this.#draw.pick(types),
    }));
    const returns = this.#draw.pick(types);
    const scope = kept.map((parameter) => this.#sigil + parameter.name);
    const body = [
      ...(this.#draw.chance(0.3) ? [this.#comment()] : []),
      ...this.#body(scope, 2),
      this.#syntax.give(this.#expression(scope)),
    ];
    return [
      ...this.#documentation(),
      ...this.#syntax.func(
        this.#name('‹verb› «‹noun›¦‹plural›¦‹adjective› ‹noun›¦‹noun› ‹field›»'),
        kept,
        returns,
        body,
      ),
    ];
  }

  #type(): readonly string[] {
    const fields = this.#draw.list(this.#draw.int(2, 4), (): Parameter => ({
      name: this.#name('‹field›'),
      type: this.#draw.pick(types),
    }));
    return [
      ...this.#documentation(),
      ...this.#syntax.record(this.#name('«‹noun› ‹noun›¦‹adjective› ‹noun›¦‹noun›»', 'pascal'), fields),
    ];
  }

  #body(scope: readonly string[], depth: number): string[] {
    return this.#draw.list(this.#draw.int(1, 3), () => this.#remarked(scope, depth)).flat();
  }

  #remarked(scope: readonly string[], depth: number): readonly string[] {
    const statement = this.#statement(scope, depth);
    return this.#draw.chance(0.12) ? [this.#comment(), ...statement] : statement;
  }

  #statement(scope: readonly string[], depth: number): readonly string[] {
    const draw = this.#draw;
    const syntax = this.#syntax;
    const inner = (extra: string): string[] =>
      depth > 0 ? this.#body([...scope, extra], depth - 1) : [syntax.print(extra)];
    const name = this.#variable();
    return draw.pick<() => readonly string[]>([
      () => [syntax.declare(name, 'int', this.#expression(scope))],
      () => [
        syntax.declare(name, 'text', JSON.stringify(draw.phrase('«‹word›¦‹adjective› ‹noun›¦‹city›¦‹sentence›»'))),
      ],
      () => [syntax.declare(name, 'list', syntax.list(draw.list(draw.int(2, 5), () => String(draw.int(0, 99)))))],
      () => [syntax.assign(draw.pick(scope), this.#expression(scope))],
      () =>
        syntax.each(
          this.#sigil + draw.pick(['item', 'row', 'x', 'entry', 'element']),
          draw.pick(scope),
          inner(draw.pick(scope)),
        ),
      () =>
        syntax.range(
          this.#sigil + draw.pick(['i', 'j', 'n', 'k']),
          draw.pick([String(draw.int(2, 100)), syntax.size(draw.pick(scope))]),
          inner(draw.pick(scope)),
        ),
      () =>
        syntax.when(
          this.#condition(scope),
          inner(draw.pick(scope)),
          draw.chance(0.3) ? [syntax.print(draw.pick(scope))] : null,
        ),
      () => [syntax.append(draw.pick(scope), this.#expression(scope))],
      () => [syntax.print(this.#expression(scope))],
    ])();
  }

  #expression(scope: readonly string[]): string {
    const draw = this.#draw;
    const some = (): string => draw.pick(scope);
    return draw.pick<() => string>([
      () => `${some()} ${draw.pick(['+', '-', '*', '/', '%'])} ${draw.int(1, 100)}`,
      () => `${some()} + ${some()}`,
      () => `(${some()} - ${some()}) * ${draw.int(2, 12)}`,
      () =>
        this.#syntax.language === 'bash'
          ? `${some()} * 2`
          : `${this.#name('‹verb› ‹noun›')}(${some()}, ${draw.int(0, 64)})`,
      () => this.#syntax.size(some()),
      () => some(),
      () => String(draw.int(0, 1000)),
    ])();
  }

  #condition(scope: readonly string[]): string {
    const draw = this.#draw;
    const test = `${draw.pick(scope)} ${draw.pick(['>', '<', '==', '!='])} ${draw.int(0, 100)}`;
    if (this.#syntax.language === 'bash')
      return `$${draw.pick(scope)} -${draw.pick(['gt', 'lt', 'eq', 'ne'])} ${draw.int(0, 100)}`;
    if (draw.chance(0.25)) return `${test} ${this.#syntax.and} ${this.#syntax.not}${draw.pick(scope)}`;
    return test;
  }
}
