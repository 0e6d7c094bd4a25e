import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Parcel } from '../../../engine/bus/bus.ts';
import type { FinishReason } from '../../../engine/core/decision.ts';
import type { Delta } from '../../../engine/core/delta.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { toolCallsOf, type Message } from '../../../engine/core/message.ts';
import { attachmentOf, type TurnReport, type TurnRequest } from '../../turns/turn-parcel.ts';
import { parseChatRequest, placeMessages, type ChatRequest } from './chat-request.ts';
import { chunk, completion, replyText, toolCall, usageChunk, type AnswerHead } from './chat-response.ts';
import { asEngineError, errorBody } from './error-body.ts';
import { EventStream } from './event-stream.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayParts } from './parts.ts';
import { roleFor } from './roles.ts';

/** `/v1/chat/completions`: a message goes over the bus to the MAD of its role, and its reply comes back as a completion. */
export class ChatRoute {
  readonly #parts: GatewayParts;
  readonly #metrics: GatewayMetrics;

  constructor(parts: GatewayParts, metrics: GatewayMetrics) {
    this.#parts = parts;
    this.#metrics = metrics;
  }

  async handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { clock, ids } = this.#parts;
    const chat = parseChatRequest(request.body, (model) => roleFor(this.#parts, model));
    const messages = await this.#placed(chat);
    const message = messages.at(-1) as Message;
    const head: AnswerHead = { id: ids('chatcmpl'), created: Math.floor(clock.now() / 1000), model: chat.model };
    const attachment: TurnRequest = {
      kind: 'turn',
      caller: chat.caller,
      allows: this.#parts.allows ?? 'irreversible',
      history: messages.slice(0, -1),
      tools: chat.tools,
      parameters: chat.parameters,
      decision: ids('dec'),
      stream: chat.stream,
    };
    const gone = new AbortController();
    reply.raw.on('close', () => {
      if (!reply.raw.writableFinished) gone.abort(new EngineError('BAD_REQUEST', { detail: 'the client has gone' }));
    });
    // Only a named conversation is certainly one: strangers who begin alike would wait for each other.
    const lane = chat.isNamed ? {} : { lane: attachment.decision };
    const send = (onPartial?: (delta: Delta) => void): Promise<Parcel> =>
      this.#parts.bus.request(
        { message, attachment },
        { signal: gone.signal, ...lane, ...(onPartial === undefined ? {} : { onPartial }) },
      );
    const started = clock.ticks();
    const done = (report: TurnReport): void => this.#metrics.settled(report, (clock.ticks() - started) / 1e6);
    if (chat.stream) return this.#streamed(reply, chat, head, attachment, send, done, gone);
    const answer = await send();
    const report = reportOf(answer);
    done(report);
    void reply.headers(headersOf(report, message));
    return completion(head, answer.message, report.finish, report.usage);
  }

  /** A named conversation whose client sends only its newest message goes on where it stands in the log. */
  async #placed(chat: ChatRequest): Promise<readonly Message[]> {
    const { conversation, written, model } = chat;
    const place = { conversation, role: roleFor(this.#parts, model), time: this.#parts.clock.now() };
    const said = written.filter((message) => message.author !== 'system');
    if (!chat.isNamed || said.length !== 1) return placeMessages(written, { ...place, before: '' });
    const earlier = await this.#parts.history(conversation);
    const instructions = placeMessages(
      written.filter((message) => message.author === 'system'),
      { ...place, before: '' },
    );
    const known = new Set(earlier.map((message) => message.id));
    const before = earlier.at(-1)?.id ?? instructions.at(-1)?.id ?? '';
    return [
      ...instructions.filter((message) => !known.has(message.id)),
      ...earlier,
      ...placeMessages(said, { ...place, before }),
    ];
  }

  async #streamed(
    reply: FastifyReply,
    chat: ChatRequest,
    head: AnswerHead,
    request: TurnRequest,
    send: (onPartial: (delta: Delta) => void) => Promise<Parcel>,
    done: (report: TurnReport) => void,
    gone: AbortController,
  ): Promise<unknown> {
    let headers: Record<string, string> = {
      'x-decision-id': request.decision,
      'x-thought-engine-tier': 'imperator',
      'x-conversation-id': chat.conversation,
    };
    const events = new EventStream(
      reply.raw,
      () => {
        // From here on the response is ours; until then an error is an ordinary answer.
        reply.hijack();
        return headers;
      },
      () => gone.abort(new EngineError('BAD_REQUEST', { detail: 'the client reads too slowly' })),
    );
    let text = '';
    const calls = new Set<string>();
    const sendDelta = (delta: object, finish: FinishReason | null = null): void =>
      events.send(chunk(head, { ...(events.isBegun ? {} : { role: 'assistant' }), ...delta }, finish));
    const sendCall = (call: Parameters<typeof toolCall>[0]): void => {
      if (calls.has(call.id)) return;
      sendDelta({ tool_calls: [{ index: calls.size, ...toolCall(call) }] });
      calls.add(call.id);
    };
    const sendText = (piece: string): void => {
      if (piece === '') return;
      sendDelta({ content: piece });
      text += piece;
    };
    try {
      const answer = await send((delta) => {
        if (delta.kind === 'text') sendText(delta.text);
        else sendCall(delta);
      });
      const report = reportOf(answer);
      done(report);
      headers = { ...headers, 'x-decision-id': report.decision, 'x-thought-engine-tier': report.tier };
      sendText(missing(text, replyText(answer.message)));
      for (const call of toolCallsOf(answer.message)) sendCall(call);
      sendDelta({}, report.finish);
      if (chat.includeUsage) events.send(usageChunk(head, report.usage));
      events.send('[DONE]');
      events.end();
    } catch (error) {
      // Before the first byte it is an ordinary error answer; after it the stream says so and has no clean end.
      if (!events.isBegun) throw error;
      const fault = asEngineError(error, this.#parts.config.maxBodyBytes);
      this.#metrics.failed(fault.code);
      events.send(errorBody(fault));
      events.end();
    }
    return reply;
  }
}

/** What of the whole text was not among the pieces yet. */
function missing(sent: string, whole: string): string {
  if (sent.endsWith(whole)) return '';
  return whole.startsWith(sent) ? whole.slice(sent.length) : `\n${whole}`;
}

function reportOf(answer: Parcel): TurnReport {
  const report = attachmentOf(answer, 'report');
  if (report === undefined) throw new EngineError('INTERNAL', { detail: 'a reply came without its report' });
  return report;
}

function headersOf(report: TurnReport, message: Message): Record<string, string> {
  return {
    'x-decision-id': report.decision,
    'x-thought-engine-tier': report.tier,
    'x-conversation-id': message.conversation,
  };
}
