/** Who wrote a message, in the words of chat protocols. */
export type Author = 'system' | 'user' | 'assistant' | 'tool';

/**
 * Where a piece of text came from. Authority follows provenance: only `caller` text can ask for something to be
 * executed; text that a tool, a document, another agent or a model brought in can be read, never obeyed.
 */
export type Provenance = 'caller' | 'agent' | 'tool' | 'document' | 'model';

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  readonly provenance: Provenance;
}

export interface DataPart {
  readonly kind: 'data';
  readonly mediaType: string;
  readonly text: string;
  readonly provenance: Provenance;
}

export interface ImagePart {
  readonly kind: 'image';
  /** A URL or a data URI. */
  readonly url: string;
  readonly provenance: Provenance;
}

export interface ToolCallPart {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly provenance: Provenance;
}

export interface ToolResultPart {
  readonly kind: 'tool-result';
  readonly callId: string;
  readonly text: string;
  readonly provenance: Provenance;
}

export type Part = TextPart | DataPart | ImagePart | ToolCallPart | ToolResultPart;

/** What a source that already knows the truth said about a message; only readers of labelled formats set it. */
export interface Annotation {
  /** Name of the process in force, null where there is none. */
  readonly process: string | null;
  /** Step of the process that this message is; `escalate` where the agent left the script. */
  readonly step: string | null;
  /** Values given or used in this message, by slot. */
  readonly values: Readonly<Record<string, unknown>> | null;
}

export interface Message {
  readonly id: string;
  readonly conversation: string;
  readonly author: Author;
  /** Name of the person, agent or MAD that wrote it; the author where nothing better is known. */
  readonly sender: string;
  readonly recipient: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly parts: readonly Part[];
  readonly annotation?: Annotation;
}

/** All readable text of a message, parts joined by a line break; tool calls carry none. */
export function textOf(message: Message): string {
  const texts: string[] = [];
  for (const part of message.parts) {
    if (part.kind === 'text' || part.kind === 'data' || part.kind === 'tool-result') texts.push(part.text);
  }
  return texts.join('\n');
}

export function toolCallsOf(message: Message): readonly ToolCallPart[] {
  return message.parts.filter((part): part is ToolCallPart => part.kind === 'tool-call');
}
