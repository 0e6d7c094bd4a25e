import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { readConversations } from '../../../../datasets/import/import-files.ts';
import { baseCorpus } from '../../../../datasets/sample/base-corpus.ts';
import { chatRecord } from '../../../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../../../datasets/sample/desk.ts';
import { sampleProcesses, scenarios } from '../../../../datasets/sample/processes/scenarios.ts';
import { sampleTools } from '../../../../datasets/sample/tools.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { textOf, toolCallsOf, type Message } from '../../../../engine/core/message.ts';

const desk = sampleConversations(1);
const inbound = (conversations: readonly Conversation[]): Message[] =>
  conversations.flatMap((conversation) => conversation.messages.filter((message) => message.author === 'user'));

describe('sampleConversations', () => {
  it('gives the same desk for the same seed and another for another', () => {
    expect(sampleConversations(1)).toEqual(desk);
    expect(sampleConversations(2, { conversations: 20 })).not.toEqual(desk.slice(0, 20));
  });

  it('names conversations and messages once, in time order', () => {
    const messages = desk.flatMap((conversation) => conversation.messages);
    expect(new Set(desk.map((conversation) => conversation.id)).size).toBe(600);
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
    for (const { messages: own } of desk) {
      expect(own.length).toBeGreaterThan(1);
      for (const [index, message] of own.entries()) {
        if (index > 0) expect(message.time).toBeGreaterThan(own[index - 1]?.time ?? 0);
      }
    }
  });

  it('calls only offered tools, with arguments that their schemas accept', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const checks = new Map(sampleTools().map((tool) => [tool.name, ajv.compile(tool.parameters)]));
    const faults: string[] = [];
    for (const { id, tools, messages } of desk) {
      const offered = new Set(tools.map((tool) => tool.name));
      for (const call of messages.flatMap(toolCallsOf)) {
        const check = checks.get(call.name);
        if (!offered.has(call.name)) faults.push(`${id}: ${call.name} is not offered`);
        if (check?.(call.arguments) !== true) faults.push(`${id}: ${call.name} ${JSON.stringify(check?.errors)}`);
      }
    }
    expect(faults).toEqual([]);
    const used = new Set(
      desk
        .flatMap((c) => c.messages)
        .flatMap(toolCallsOf)
        .map((call) => call.name),
    );
    expect([...used].sort()).toEqual([...checks.keys()].sort());
  });

  it('answers each call with a result', () => {
    for (const { messages } of desk) {
      for (const [index, message] of messages.entries()) {
        for (const call of toolCallsOf(message)) {
          expect(messages[index + 1]?.parts[0]).toMatchObject({ kind: 'tool-result', callId: call.id });
        }
      }
    }
  });

  it('takes every argument word for word from what users said', () => {
    const lost: string[] = [];
    for (const { messages } of desk) {
      for (const [index, message] of messages.entries()) {
        const said = messages
          .slice(0, index)
          .filter((m) => m.author === 'user')
          .map(textOf)
          .join('\n');
        for (const call of toolCallsOf(message)) {
          for (const [name, value] of Object.entries(call.arguments)) {
            if (name === 'kind' && call.name === 'files.store') continue;
            if (name === 'language') continue;
            if (!said.includes(String(value))) lost.push(`${call.name}.${name}: ${String(value).slice(0, 80)}`);
          }
        }
      }
    }
    expect(lost).toEqual([]);
  });

  it('says scripted replies word for word, and every free answer only once', () => {
    const scripted = new Set(
      sampleProcesses().flatMap((process) => process.steps.flatMap((step) => ('text' in step ? [step.text] : []))),
    );
    const replies = desk
      .flatMap((c) => c.messages)
      .filter((m) => m.author === 'assistant' && toolCallsOf(m).length === 0)
      .map(textOf);
    const counts = new Map([...Map.groupBy(replies, (text) => text)].map(([text, all]) => [text, all.length]));
    for (const text of scripted) expect(counts.get(text) ?? 0, text).toBeGreaterThan(1);
    const free = [...counts].filter(([text]) => !scripted.has(text));
    const recurring = free.filter(([, count]) => count > 1).map(([text]) => text);
    // Words of acknowledgement after a call, and the greeting.
    expect(recurring.length).toBeLessThan(20);
    expect(recurring.every((text) => text.length < 50)).toBe(true);
    expect(free.filter(([, count]) => count === 1).length).toBeGreaterThan(500);
  });

  it('brings corrections, two values at once, changes of mind and other agents', () => {
    const texts = inbound(desk).map(textOf);
    const count = (pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length;
    expect(count(/, not |^not .* but |I meant/i)).toBeGreaterThan(20);
    expect(count(/^(actually, forget that|no wait, first|never mind|leave that)/)).toBeGreaterThan(10);
    expect(
      inbound(desk).filter((message) => message.sender.endsWith('-agent') || message.sender.endsWith('-hub')).length,
    ).toBeGreaterThan(10);
    expect(count(/^(order|mail|on|room|for) .*(, and|, also|\. And|,) /)).toBeGreaterThan(10);
  });

  it('lets no other agent command anything', () => {
    for (const { messages } of desk) {
      if (!messages.some((message) => message.parts.some((part) => part.provenance === 'agent'))) continue;
      expect(messages.flatMap(toolCallsOf).every((call) => call.name === 'files.store')).toBe(true);
    }
  });

  it('speaks in many phrasings', () => {
    const said = desk.filter((conversation) => conversation.role !== 'ops-desk');
    const openings = said.map((conversation) => textOf(conversation.messages[0] as Message).toLowerCase());
    expect(new Set(openings).size / openings.length).toBeGreaterThan(0.75);
    expect(new Set(inbound(said).map(textOf)).size / inbound(said).length).toBeGreaterThan(0.7);
  });

  it('comes back unchanged when it is written as chat records and imported', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'desk-'));
    const path = join(folder, 'desk.jsonl');
    const few = desk.slice(0, 80);
    writeFileSync(path, few.map((conversation) => JSON.stringify(chatRecord(conversation))).join('\n'));
    const back: Conversation[] = [];
    const report = await readConversations([path], {
      format: 'auto',
      onConversations: (batch) => {
        back.push(...batch);
      },
    });
    rmSync(folder, { recursive: true });
    expect(report.badCount).toBe(0);
    expect(back).toEqual(few);
  });
});

describe('sampleProcesses', () => {
  it('reaches every step from the start and ends from every step', () => {
    for (const { name, steps, edges, start } of sampleProcesses()) {
      const ids = new Set(steps.map((step) => step.id));
      expect(ids.size, name).toBe(steps.length);
      for (const edge of edges)
        expect(ids.has(edge.from) && ids.has(edge.to), `${name}: ${edge.from} -> ${edge.to}`).toBe(true);
      const from = (id: string): Set<string> => {
        const seen = new Set([id]);
        for (const at of seen) for (const edge of edges) if (edge.from === at) seen.add(edge.to);
        return seen;
      };
      expect([...from(start)].sort(), name).toEqual([...ids].sort());
      const ends = steps.filter((step) => step.kind === 'end').map((step) => step.id);
      for (const id of ids)
        expect(
          ends.some((end) => from(id).has(end)),
          `${name}: ${id}`,
        ).toBe(true);
      const stuck = steps.filter(
        (step) => step.kind !== 'end' && !edges.some((edge) => edge.from === step.id && edge.when === undefined),
      );
      expect(stuck, name).toEqual([]);
    }
  });

  it('asks for known slots and calls known tools', () => {
    const tools = new Set(sampleTools().map((tool) => tool.name));
    for (const { name, slots, steps } of sampleProcesses()) {
      const known = new Set(slots.map((slot) => slot.name));
      for (const step of steps) {
        if (step.kind === 'ask') expect(known.has(step.slot), `${name}: ${step.slot}`).toBe(true);
        if (step.kind === 'call') expect(tools.has(step.tool), `${name}: ${step.tool}`).toBe(true);
      }
    }
    expect(new Set(sampleTools().map((tool) => tool.name)).size).toBe(sampleTools().length);
    expect(sampleTools().every((tool) => tool.blastRadius !== undefined)).toBe(true);
  });
});

describe('README.md of the sample', () => {
  it('states the counts of seed 1', () => {
    const card = readFileSync(new URL('../../../../datasets/sample/README.md', import.meta.url), 'utf8');
    const messages = desk.flatMap((conversation) => conversation.messages);
    const count = (name: string): string[] => [
      name,
      String(messages.filter((m) => toolCallsOf(m).some((call) => call.name === name)).length),
    ];
    const rows = baseCorpus(1, { rows: 6000 });
    const expected = [
      ['conversations', String(desk.length)],
      ['messages', String(messages.length)],
      ['inbound messages', String(inbound(desk).length)],
      ['processes', String(scenarios.length)],
      ...['ops-desk', 'support-agent', 'pm'].map((role) => [role, String(desk.filter((c) => c.role === role).length)]),
      ...sampleTools().map((tool) => count(tool.name)),
      ...['deterministic', 'fixed', 'prose'].map((group) => [
        group,
        String(rows.filter((row) => row.class === group).length),
      ]),
    ].map(([name, value]) => `| ${name} | ${value} |`);
    expect(expected.filter((line) => !card.includes(line))).toEqual([]);
  });
});
