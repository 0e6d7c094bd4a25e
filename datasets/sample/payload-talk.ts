import { fenced, snippetKinds, type SnippetKind, type Snippets } from './base-corpus.ts';
import type { ConversationWriter } from './conversation-writer.ts';
import { sampleDestination } from './destinations.ts';
import type { Draw } from './draw.ts';
import { openAnswer } from './open-talk.ts';
import { askAbout, polish } from './prose.ts';

const toRun = `
«Please ¦Can you ¦Could you »«run¦execute» this«¦ for me¦ on ‹host›¦ before ‹when›»:\\n‹payload›
‹payload›\\n\\n«Run¦Please run¦Execute» «this¦that» «now¦please¦and tell me when it is done¦»
‹first› asked «me ¦»to «run¦start» this: ‹payload›
«Go ahead and run¦Run¦Kindly execute» ‹payload›
This one next: ‹payload›
`;
const toKeep = `
Here «is¦comes» the ‹noun› «of ‹month›¦from ‹first›¦you wanted», please «keep¦store¦file» it:\\n‹payload›
‹payload›\\n\\n«Please ¦»«keep¦save¦store¦file» this «for ‹first›¦with the ‹plural›¦for later¦»
«For the archive¦For our files¦To be stored»:\\n‹payload›
«Save¦Keep» this for me: ‹payload›
`;
const carriers = { run: toRun.trim().split('\n'), keep: toKeep.trim().split('\n') };

const acknowledgements: Readonly<Record<string, readonly string[]>> = {
  'shell.run': ['The command has finished.', 'Done, it ran without errors.', 'Ran it.'],
  'sql.query': ['The query has finished.', 'Here is the result of the query.', 'Query done.'],
  'code.execute': ['The code ran.', 'Executed.', 'It ran without errors.'],
  'mcp.forward': ['The request was forwarded.', 'Sent to the server.'],
  'functions.invoke': ['The function was called.', 'Called it.'],
  'slash.command': ['Done.', 'The command was carried out.'],
  'files.store': ['Stored.', 'I have filed that.', 'Kept for you.'],
};

function resultOf(draw: Draw, tool: string): Readonly<Record<string, unknown>> {
  if (tool === 'files.store') return { stored: true, file_id: `f-${draw.int(1000, 9999)}` };
  if (tool === 'sql.query') return { rows: draw.int(0, 500) };
  return { status: 'ok', seconds: draw.int(1, 90) / 10 };
}

/** Longer payloads are seldom typed into a chat. */
const longestPayload = 3000;

/** Commands, code and data as people send them: bare, fenced, or with a sentence around. */
export class PayloadTalk {
  readonly #snippets: Snippets;
  readonly #kinds: readonly SnippetKind[];

  /** @param kinds subtypes to draw from; all payload kinds by default */
  constructor(snippets: Snippets, accepts: (kind: SnippetKind) => boolean) {
    this.#snippets = snippets;
    this.#kinds = snippetKinds
      .filter((kind) => kind.class !== 'prose' && accepts(kind))
      .flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  }

  /** One payload message, what was done with it, and a word of acknowledgement. */
  send(writer: ConversationWriter): void {
    const { draw } = writer;
    const kind = draw.pick(this.#kinds);
    const payload = this.#payload(draw, kind);
    if (payload === null) return;
    const style = draw.random();
    if (style < 0.04) return this.#askAbout(writer, payload);
    const isCarried = style < 0.13;
    const isFenced = draw.chance(isCarried ? 0.5 : 0.07);
    const written = isFenced ? fenced(kind.subtype, payload, draw) : payload;
    if (isCarried) writer.ask(carried(draw, kind, written, isFenced));
    else writer.ask(written);
    // A few times the tool is down, and the agent says so in its own words.
    this.#settle(writer, kind, payload, draw.chance(0.02));
  }

  #payload(draw: Draw, kind: SnippetKind): string | null {
    return this.#snippets.take(draw, kind.make, (text) => text.length <= longestPayload && text.trim() === text);
  }

  #askAbout(writer: ConversationWriter, payload: string): void {
    writer.ask(askAbout(writer.draw, payload.slice(0, 800)));
    const answer = this.#snippets.take(writer.draw, openAnswer);
    if (answer !== null) writer.reply(answer);
  }

  #settle(writer: ConversationWriter, kind: SnippetKind, payload: string, isDown: boolean): void {
    const destination = sampleDestination(kind.subtype);
    if (destination === null) throw new Error(`no destination for ${kind.subtype}`);
    const { draw } = writer;
    const given = { ...destination.constants, [destination.argument]: payload };
    if (isDown) {
      writer.call(destination.tool, given, { status: 'error', detail: draw.phrase('‹service› does not answer') });
      const answer = this.#snippets.take(draw, (inner) =>
        inner.phrase(
          'That did not work: the ‹service› on ‹host› is ‹adjective›. I will tell ‹first›, please try again ‹when›.',
        ),
      );
      if (answer !== null) writer.reply(answer);
      return;
    }
    writer.call(destination.tool, given, resultOf(draw, destination.tool));
    writer.reply(draw.pick(acknowledgements[destination.tool] ?? ['Done.']));
  }
}

/** A sentence around the payload; inline only where the payload is one short line. */
function carried(draw: Draw, kind: SnippetKind, written: string, isFenced: boolean): string {
  const isShort = !isFenced && !written.includes('\n') && written.length < 120 && !written.includes('`');
  const inline = isShort && draw.chance(0.5) ? `\`${written}\`` : `\n${written}`;
  const template = draw.pick(carriers[kind.class === 'fixed' ? 'keep' : 'run']);
  // The sentence is polished before the payload comes in, which must stay as it is.
  return polish(draw.phrase(template.replaceAll('\\n', '\n'), { payload: '\u0001' }))
    .replace('\u0001', () => inline)
    .replace(':\n\n', ':\n')
    .trim();
}
