import type { Step } from '../../engine/core/process.ts';
import type { Snippets } from './base-corpus.ts';
import type { ConversationWriter } from './conversation-writer.ts';
import type { Draw } from './draw.ts';
import { openAnswer, openQuestion } from './open-talk.ts';
import { polish } from './prose.ts';
import type { Field, ProcessCall, Scenario, SlotValue } from './processes/scenario.ts';

/** How often users leave the straight way, per question of the agent. */
const chances = { both: 0.22, correction: 0.08, distraction: 0.06, change: 0.025, noAnswer: 0.02, typo: 0.06 };

const yes = '«yes¦yes please¦sure¦yes, go ahead¦please do¦ok¦correct, do it¦that is right, yes¦absolutely¦fine by me»';
const no = '«no¦no thanks¦rather not¦no, leave it¦not now¦no, I changed my mind¦stop, please do not¦better not»';
const moreNo =
  "«no¦no, that is all¦that's it¦nothing else, thanks¦no thank you¦all good¦I am fine¦thanks, bye¦that would be everything»";
const moreYes =
  '«yes, one more thing¦yes please¦there is something else¦actually yes¦one more question¦yes, another matter»';
const noAnswer =
  '«I do not have that here¦no idea, can you look it up¦I would rather not say¦why do you need that¦how should I know that»«¦, I am at ‹city› station right now¦, ask ‹first›¦, it is about ‹topic›¦, my ‹relative› has it¦, I only have the ‹noun›»';

/** How a process ended: talked to its end, given up, or left for another one. */
export type Ending = 'ended' | 'wants-more' | 'handed-over' | 'changed';

/** Plays one process as people do: by the script on the agent's side, with detours on the user's. */
export class ProcessTalk {
  readonly #writer: ConversationWriter;
  readonly #draw: Draw;
  readonly #scenario: Scenario;
  readonly #snippets: Snippets;
  readonly #wanted: Map<string, SlotValue>;
  readonly #known = new Map<string, SlotValue>();
  readonly #results = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(writer: ConversationWriter, scenario: Scenario, snippets: Snippets) {
    this.#writer = writer;
    this.#draw = writer.draw;
    this.#scenario = scenario;
    this.#snippets = snippets;
    this.#wanted = new Map(scenario.fields.map((field) => [field.slot, field.value(writer.draw)]));
  }

  play(before: string): Ending {
    this.#writer.ask(before + this.#say(this.#draw.pick(this.#scenario.openings), {}));
    let step = this.#step(this.#scenario.process.start);
    for (;;) {
      if (step.kind === 'ask' && !this.#known.has(step.slot)) {
        const ending = this.#question(step.slot, step.text);
        if (ending !== null) return ending;
      } else if (step.kind === 'call') {
        this.#call(step);
      } else if (step.kind === 'end') {
        this.#writer.reply(step.text);
        return step.id === 'go_on' ? 'wants-more' : 'ended';
      }
      step = this.#next(step.id);
    }
  }

  #step(id: string): Step {
    const found = this.#scenario.process.steps.find((step) => step.id === id);
    if (found === undefined) throw new Error(`${this.#scenario.name} has no step ${id}`);
    return found;
  }

  #next(from: string): Step {
    const edges = this.#scenario.process.edges.filter((edge) => edge.from === from);
    const fits = edges.find(({ when }) => when !== undefined && this.#valueAt(when.path) === when.equals);
    return this.#step((fits ?? edges.find((edge) => edge.when === undefined))?.to ?? '');
  }

  #valueAt(path: string): unknown {
    const [head = '', field = ''] = path.split('.');
    return this.#known.get(path) ?? this.#results.get(head)?.[field];
  }

  /** Asks, and lets the user answer or wander; null once the slot has its value. */
  #question(slot: string, text: string): Ending | null {
    const draw = this.#draw;
    this.#writer.reply(text);
    if (slot === 'more' || slot === 'confirmed') {
      const isYes = draw.chance(slot === 'more' ? 0.12 : 0.78);
      this.#known.set(slot, isYes ? 'yes' : 'no');
      this.#writer.ask(this.#finish(draw.phrase(slot === 'more' ? (isYes ? moreYes : moreNo) : isYes ? yes : no)));
      return null;
    }
    if (draw.chance(chances.change)) return 'changed';
    if (draw.chance(chances.noAnswer)) {
      this.#writer.ask(this.#finish(draw.phrase(noAnswer)));
      this.#answerFreely();
      return 'handed-over';
    }
    if (draw.chance(chances.distraction)) {
      const remark = this.#snippets.take(draw, openQuestion);
      if (remark !== null) {
        this.#writer.ask(remark);
        this.#answerFreely();
      }
    }
    if (draw.chance(chances.correction)) this.#correct(text);
    this.#answer(slot);
    return null;
  }

  #answerFreely(): void {
    const answer = this.#snippets.take(this.#draw, openAnswer);
    if (answer !== null) this.#writer.reply(answer);
  }

  /** The user takes back an earlier value; the agent asks again what it had asked. */
  #correct(text: string): void {
    const given = this.#scenario.fields.filter((field) => this.#known.has(field.slot) && !this.#isUsed(field));
    if (given.length === 0) return;
    const field = this.#draw.pick(given);
    const old = this.#known.get(field.slot) ?? '';
    const value = field.value(this.#draw);
    if (value === old) return;
    this.#wanted.set(field.slot, value);
    const start = '«sorry, ¦wait, ¦oh, ¦I made a mistake: ¦actually »';
    this.#writer.ask(
      this.#say(
        `${start}«it is ‹${field.slot}›, not ${old}¦not ${old} but ‹${field.slot}›¦I meant ‹${field.slot}›»`,
        {},
      ),
    );
    this.#writer.reply(text);
  }

  /** A value that a call took, or that decided the way, is not taken back. */
  #isUsed(field: Field): boolean {
    const decides = this.#scenario.fields.some(({ onlyIf }) => onlyIf?.slot === field.slot);
    return decides || (this.#results.has('lookup') && (this.#scenario.lookup?.slots.includes(field.slot) ?? false));
  }

  #answer(slot: string): void {
    const { fields } = this.#scenario;
    const index = fields.findIndex((field) => field.slot === slot);
    const field = fields[index] as Field;
    const next = fields[index + 1];
    const mark = (template: string, of: Field): string => template.replaceAll('‹value›', `‹${of.slot}›`);
    let template = mark(this.#draw.pick(field.answers), field);
    if (
      next !== undefined &&
      next.onlyIf === undefined &&
      !this.#known.has(next.slot) &&
      this.#draw.chance(chances.both)
    ) {
      template = `${mark(field.brief, field)}«, ¦ and ¦, also ¦. And »${mark(next.brief, next)}`;
    }
    this.#writer.ask(this.#say(template, {}));
  }

  /** Expands a template; every slot named in what was said is known from now on. */
  #say(template: string, values: Readonly<Record<string, string>>): string {
    const marked = Object.fromEntries(
      [...this.#wanted].map(([slot, value]) => [slot, `\u0001${slot}\u0002${value}\u0003`]),
    );
    const text = this.#draw.phrase(template, { ...marked, ...values });
    // eslint-disable-next-line no-control-regex -- the marks are control signs because no text holds them
    const said = text.replace(/\u0001([^\u0002]*)\u0002([^\u0003]*)\u0003/g, (_, slot: string, value: string) => {
      this.#known.set(slot, this.#wanted.get(slot) ?? value);
      return value;
    });
    return this.#finish(said, !text.trimStart().startsWith('\u0001'));
  }

  /** The small differences of everyday typing; never inside a value. */
  #finish(text: string, mayCapitalise = true): string {
    const draw = this.#draw;
    const polished = polish(text);
    const isCapital = mayCapitalise && draw.chance(0.45);
    const first = isCapital ? polished.charAt(0).toUpperCase() + polished.slice(1) : polished;
    if (/[.?!]$/.test(first)) return first;
    return draw.chance(chances.typo) ? `${first} !!` : first + draw.pick(['', '', '.', '']);
  }

  #call(step: Extract<Step, { kind: 'call' }>): void {
    const call: ProcessCall =
      step.id === 'lookup' ? (this.#scenario.lookup ?? this.#scenario.call) : this.#scenario.call;
    const given = call.slots.flatMap((slot) => (this.#known.has(slot) ? [[slot, this.#known.get(slot)]] : []));
    const result = call.result(this.#draw);
    this.#results.set(step.id, result);
    this.#writer.call(
      call.tool,
      { ...(Object.fromEntries(given) as Record<string, unknown>), ...call.constants },
      result,
    );
  }
}
