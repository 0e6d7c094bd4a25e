import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';

/** A folder that is gone after the test; hand `remove` to afterEach. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'thought-engine-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function messageFixture(id: string, given: Partial<Message> = {}): Message {
  return {
    id,
    conversation: 'cnv_1',
    author: 'user',
    sender: 'ada',
    recipient: 'desk',
    time: 1_700_000_000_000,
    parts: [{ kind: 'text', text: `message ${id}`, provenance: 'caller' }],
    ...given,
  };
}

export function decisionFixture(id: string, given: Partial<Decision> = {}): Decision {
  return {
    id,
    message: 'msg_1',
    conversation: 'cnv_1',
    role: 'desk',
    time: 1_700_000_000_000,
    tier: 'dtr',
    settled: true,
    outcome: { kind: 'tool-call', name: 'shell.run', arguments: { command: 'ls' } },
    label: 'shell.run(command)',
    confidence: 0.97,
    threshold: 0.9,
    reason: 'looks like a command',
    model: 'a'.repeat(64),
    evidence: [{ what: 'first word is a command', weight: 0.8 }],
    choices: [],
    propensity: 1,
    latencyUs: 12.5,
    costUsd: 0,
    shadow: false,
    ...given,
  };
}

/** Keeps what was logged, to look at. */
export class RecordingLogger {
  readonly lines: { readonly level: string; readonly data: object; readonly message: string }[] = [];
  readonly debug = (data: object, message: string): void => void this.lines.push({ level: 'debug', data, message });
  readonly info = (data: object, message: string): void => void this.lines.push({ level: 'info', data, message });
  readonly warn = (data: object, message: string): void => void this.lines.push({ level: 'warn', data, message });
  readonly error = (data: object, message: string): void => void this.lines.push({ level: 'error', data, message });

  /** Codes of the errors that were logged. */
  codes(): string[] {
    return this.lines.flatMap(({ data }) => ('code' in data ? [String(data.code)] : []));
  }
}
