import { turnAuthority } from '../../engine/action/action-engine.ts';
import type { Authority } from '../../engine/action/authority.ts';
import type { Delivery, Parcel } from '../../engine/bus/bus.ts';
import type { FinishReason, Outcome, Settled, Usage, Verdict } from '../../engine/core/decision.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Message, Part, ToolCallPart } from '../../engine/core/message.ts';
import type { Turn } from '../../engine/core/turn.ts';
import type { MadParts, ThoughtEngine } from './mad-parts.ts';
import { messageIdentity } from './message-identity.ts';
import type { TurnReport, TurnRequest } from './turn-parcel.ts';

/** Rounds of thinking and acting for one message; an LLM that goes on calling tools after that is going in circles. */
const mostRounds = 8;

type ToolCallOutcome = Extract<Outcome, { kind: 'tool-call' }>;
type Parts = MadParts & { readonly thinking: ThoughtEngine };

/** One message on its way through a MAD: think, act, think again where acting brought something new, reply. */
export class TurnHandling {
  readonly #parts: Parts;
  readonly #delivery: Delivery;
  readonly #request: TurnRequest;
  #usage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
  /** The verdict on the message itself; later rounds are about what acting on it brought. */
  #first: Settled | undefined;
  /** Id of that verdict's row. */
  #decision: string;
  /** What was done and is not kept yet: a reply that follows at once is kept with it, in one write. */
  #exchanged: readonly Message[] = [];

  constructor(parts: Parts, delivery: Delivery, request: TurnRequest) {
    this.#parts = parts;
    this.#delivery = delivery;
    this.#request = request;
    this.#decision = request.decision;
  }

  /** @throws IMPERATOR_*, REPLAY_MISS where nothing settles the message; TOOL_FAILED where acting comes to no end */
  async reply(): Promise<Parcel> {
    const { thinking } = this.#parts;
    let turn = await this.#turn();
    let escalates = false;
    for (let round = 0; round < mostRounds; round += 1) {
      await this.#keepExchanged();
      this.#delivery.signal.throwIfAborted();
      const verdict = this.#settled(await (escalates ? thinking.escalate(turn) : thinking.consider(turn)), turn);
      escalates = false;
      const { outcome } = verdict;
      if (outcome.kind !== 'tool-call') return this.#answer(verdict, verdict.parts ?? [said(outcome.text)], 'stop');
      const calls = this.#calls(verdict, outcome, turn);
      const theirs = calls.filter((call) => this.#request.tools.some((tool) => tool.name === call.name));
      if (theirs.length > 0) {
        const words = (verdict.parts ?? []).filter((part) => part.kind === 'text');
        return this.#answer(verdict, [...words, ...theirs], 'tool-calls');
      }
      const next = await this.#act(verdict, outcome, calls, turn);
      if (Array.isArray(next)) return this.#answer(verdict, next, 'stop');
      ({ turn, escalates } = next as { turn: Turn; escalates: boolean });
      turn = this.#renamed(turn, escalates);
    }
    await this.#keepExchanged();
    throw new EngineError('TOOL_FAILED', {
      name: this.#parts.name,
      detail: `no answer after ${mostRounds} rounds of tool calls`,
    });
  }

  async #turn(): Promise<Turn> {
    const { message, signal, partial } = this.#delivery;
    const { tools, parameters, decision, stream } = this.#request;
    const history = this.#request.history ?? (await this.#parts.history?.(message.conversation, message.id)) ?? [];
    const named = new Set(tools.map((tool) => tool.name));
    const own = this.#parts.actions.tools.filter((tool) => !named.has(tool.name));
    const turn = { message, history, role: this.#parts.role, tools: [...tools, ...own], parameters, decision, signal };
    // A call of our own tools is our business: the client sees words, and calls of its own tools.
    const onDelta: NonNullable<Turn['onDelta']> = (delta) => {
      if (delta.kind === 'text' || named.has(delta.name)) partial(delta);
    };
    return stream ? { ...turn, onDelta } : turn;
  }

  /** An id names one row. What is escalated is judged anew, and that judgement is the one to be reported. */
  #renamed(turn: Turn, escalates: boolean): Turn {
    const { decision: _used, ...rest } = turn;
    if (!escalates) return rest;
    this.#first = undefined;
    this.#decision = this.#parts.ids('dec');
    return { ...rest, decision: this.#decision };
  }

  #settled(verdict: Verdict, turn: Turn): Settled {
    if (!verdict.settled) throw new EngineError('IMPERATOR_UNAVAILABLE', { message: turn.message.id });
    const { inputTokens = 0, outputTokens = 0, costUsd = 0 } = verdict.usage ?? {};
    this.#usage = {
      inputTokens: this.#usage.inputTokens + inputTokens,
      outputTokens: this.#usage.outputTokens + outputTokens,
      costUsd: this.#usage.costUsd + costUsd,
    };
    this.#first ??= verdict;
    return verdict;
  }

  /** All calls of an LLM; of a cheap tier the one it proposes. */
  #calls(verdict: Settled, outcome: ToolCallOutcome, turn: Turn): readonly ToolCallPart[] {
    const said = (verdict.parts ?? []).filter((part): part is ToolCallPart => part.kind === 'tool-call');
    if (said.length > 0) return said;
    const { name, arguments: given } = outcome;
    const id = `call_${messageIdentity(turn.message.conversation, turn.message.id, 'assistant', []).slice(4, 20)}_${name}`;
    return [
      { kind: 'tool-call', id: id.replaceAll('.', '_').slice(0, 64), name, arguments: given, provenance: 'model' },
    ];
  }

  /** Either the parts of the reply, or what to think about next. */
  async #act(
    verdict: Settled,
    outcome: ToolCallOutcome,
    calls: readonly ToolCallPart[],
    turn: Turn,
  ): Promise<readonly Part[] | { readonly turn: Turn; readonly escalates: boolean }> {
    const { actions, desk } = this.#parts;
    const { conversation } = turn.message;
    const authority = this.#authority(turn, outcome);
    const context = { authority, conversation, signal: this.#delivery.signal };
    if (verdict.tier !== 'imperator' && desk?.knows(outcome) === true) {
      const run = await desk.follow(outcome, context);
      const done = run.calls.map((call, index): [ToolCallPart, string] => [
        {
          kind: 'tool-call',
          id: `${calls[0]?.id ?? 'call'}_${index}`,
          name: call.name,
          arguments: call.arguments,
          provenance: 'model',
        },
        call.text,
      ]);
      const after = this.#exchange(turn, done);
      if (run.kind !== 'handed-over') return [said(run.text === '' ? (done.at(-1)?.[1] ?? '') : run.text)];
      // What is done stays done and is seen by the LLM; it gets the plan, and the message once more if nothing was.
      return { turn: { ...after, prepared: { ...turn.prepared, plan: run.plan } }, escalates: true };
    }
    const done: [ToolCallPart, string][] = [];
    for (const call of calls) {
      try {
        done.push([call, (await actions.execute(call, context)).text]);
      } catch (error) {
        if (verdict.tier !== 'imperator') {
          const plan = `${call.name} was to be called with ${JSON.stringify(call.arguments)}, but: ${messageOf(error)}`;
          return { turn: { ...turn, prepared: { ...turn.prepared, plan } }, escalates: true };
        }
        // The LLM made the call and can mend it, or say that it cannot be done.
        done.push([call, `error: ${messageOf(error)}`]);
      }
    }
    const after = this.#exchange(turn, done, verdict.parts);
    const isDone = verdict.tier === 'dtr' || (verdict.tier === 'lppm' && outcome.process === undefined);
    if (isDone) return [said(done.map(([, text]) => text).join('\n'))];
    return { turn: after, escalates: false };
  }

  /**
   * From the message that the caller sent. An LLM that has read a tool's result since may be following that text, so
   * what cannot be undone is not done in the same breath; the next step of a process is the caller's own wish.
   */
  #authority(turn: Turn, outcome: ToolCallOutcome): Authority {
    const { caller, allows } = this.#request;
    const begun = turnAuthority({ ...turn, message: this.#delivery.message }, outcome, caller, allows);
    const isFollowUp = turn.message.author === 'tool' && outcome.process === undefined;
    return isFollowUp ? { ...begun, provenance: [...begun.provenance, 'tool'] } : begun;
  }

  /** Before another round, which may take long, and where no reply follows. */
  async #keepExchanged(): Promise<void> {
    const exchanged = this.#exchanged;
    this.#exchanged = [];
    if (exchanged.length > 0) await this.#parts.keep?.(exchanged);
  }

  /** Makes messages of the calls and their results, to be kept, and puts the last result up for thought. */
  #exchange(turn: Turn, done: readonly (readonly [ToolCallPart, string])[], saidBeside?: readonly Part[]): Turn {
    if (done.length === 0) return turn;
    const { name, clock } = this.#parts;
    const { conversation, sender } = this.#delivery.message;
    const time = clock.now();
    const words = (saidBeside ?? []).filter((part) => part.kind === 'text');
    const make = (
      before: string,
      author: Message['author'],
      from: string,
      to: string,
      parts: readonly Part[],
    ): Message => ({
      id: messageIdentity(conversation, before, author, parts),
      conversation,
      author,
      sender: from,
      recipient: to,
      time,
      parts,
    });
    const asked = make(turn.message.id, 'assistant', name, sender, [...words, ...done.map(([call]) => call)]);
    const results: Message[] = [];
    for (const [call, text] of done) {
      const part: Part = { kind: 'tool-result', callId: call.id, text, provenance: 'tool' };
      results.push(make(results.at(-1)?.id ?? asked.id, 'tool', call.name, name, [part]));
    }
    this.#exchanged = [asked, ...results];
    const last = results.at(-1) as Message;
    return {
      ...turn,
      history: [...turn.history, turn.message, asked, ...results.slice(0, -1)],
      message: last,
    };
  }

  async #answer(verdict: Settled, parts: readonly Part[], finish: FinishReason): Promise<Parcel> {
    // Nobody waits for the reply, so nobody keeps it; what was done is kept all the same.
    if (this.#delivery.signal.aborted) await this.#keepExchanged();
    const { message } = this.#delivery;
    const first = this.#first ?? verdict;
    const reply: Message = {
      id: messageIdentity(message.conversation, message.id, 'assistant', parts),
      conversation: message.conversation,
      author: 'assistant',
      sender: this.#parts.name,
      recipient: message.sender,
      time: this.#parts.clock.now(),
      parts,
    };
    const { tier, outcome, reason, confidence } = first;
    const ended = verdict.finish ?? finish;
    const attachment: TurnReport = {
      kind: 'report',
      decision: this.#decision,
      tier,
      outcome,
      reason,
      confidence,
      finish: finish === 'tool-calls' ? finish : ended === 'tool-calls' ? 'stop' : ended,
      usage: this.#usage,
      exchange: this.#exchanged,
    };
    return { message: reply, attachment };
  }
}

function said(text: string): Part {
  return { kind: 'text', text, provenance: 'model' };
}
