import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Bus, Parcel } from '../../engine/bus/bus.ts';
import { type Message, textOf } from '../../engine/core/message.ts';

export interface BusMaking {
  readonly journal?: (parcel: Parcel) => Promise<void>;
  readonly capacity?: number;
}

export function say(text: string, recipient = 'rogers', conversation = 'talk'): Message {
  const parts = [{ kind: 'text', text, provenance: 'caller' }] as const;
  return { id: `msg_${text}`, conversation, author: 'user', sender: 'ann', recipient, time: 0, parts };
}

/** What every conversation bus promises. */
export function describeBus(make: (making: BusMaking) => Bus): void {
  describe('keeps the bus contract', () => {
    it('delivers in order within a conversation, even when the disk answers out of order', async () => {
      const delays = [30, 1, 15];
      const bus = make({ journal: () => wait(delays.shift() ?? 0) });
      const seen: string[] = [];
      bus.subscribe('rogers', async ({ message }) => {
        await wait(message.id === 'msg_one' ? 10 : 0);
        seen.push(textOf(message));
        return undefined;
      });
      await Promise.all(['one', 'two', 'three'].map((text) => bus.publish({ message: say(text) })));
      await bus.close();
      expect(seen).toEqual(['one', 'two', 'three']);
    });

    it('lets a slow conversation hold up no other one', async () => {
      const bus = make({});
      bus.subscribe('rogers', async ({ message }) => {
        await wait(message.conversation === 'slow' ? 500 : 0);
        return { message: say('reply', 'ann', message.conversation) };
      });
      void bus.publish({ message: say('wait', 'rogers', 'slow') });
      const reply = await bus.request({ message: say('hi', 'rogers', 'quick') }, { timeoutMs: 300 });
      expect(textOf(reply.message)).toBe('reply');
      await bus.close(0);
    });

    it('acknowledges nothing that the journal refused, and delivers it to nobody', async () => {
      const bus = make({ journal: () => Promise.reject(new Error('disk full')) });
      let delivered = 0;
      bus.subscribe('rogers', () => {
        delivered += 1;
        return Promise.resolve(undefined);
      });
      await expect(bus.publish({ message: say('one') })).rejects.toThrow('disk full');
      await expect(bus.request({ message: say('two') })).rejects.toThrow('disk full');
      expect(delivered).toBe(0);
    });

    it('keeps message and reply of a request before it resolves', async () => {
      const kept: string[] = [];
      const bus = make({ journal: async ({ message }) => wait(2).then(() => void kept.push(textOf(message))) });
      bus.subscribe('rogers', () => Promise.resolve({ message: say('answer', 'ann') }));
      await bus.request({ message: say('question') });
      expect(kept).toEqual(['question', 'answer']);
    });

    it('names a recipient that does not exist', async () => {
      await expect(make({}).publish({ message: say('x', 'nobody') })).rejects.toMatchObject({ code: 'MAD_UNKNOWN' });
    });

    it('ends a request that takes too long and tells the handler', async () => {
      const bus = make({});
      let aborted = false;
      bus.subscribe('rogers', async ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = true));
        await wait(200);
        return undefined;
      });
      await expect(bus.request({ message: say('x') }, { timeoutMs: 20 })).rejects.toMatchObject({
        code: 'BUS_TIMEOUT',
      });
      expect(aborted).toBe(true);
    });

    it('refuses what does not fit into the queue and takes more when there is room again', async () => {
      const bus = make({ capacity: 2 });
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      bus.subscribe('rogers', async () => {
        await gate;
        return undefined;
      });
      await bus.publish({ message: say('one') });
      await bus.publish({ message: say('two', 'rogers', 'other') });
      await expect(bus.publish({ message: say('three') })).rejects.toMatchObject({
        code: 'OVERLOADED',
        retryable: true,
      });
      open();
      await wait(5);
      await expect(bus.publish({ message: say('four') })).resolves.toBeUndefined();
      await bus.close();
    });

    it('hands what the handler threw to the requester, and goes on with the next message', async () => {
      const bus = make({});
      bus.subscribe('rogers', ({ message }) =>
        message.id === 'msg_bad' ? Promise.reject(new Error('no')) : Promise.resolve({ message: say('ok', 'ann') }),
      );
      const bad = bus.request({ message: say('bad') });
      const good = bus.request({ message: say('good') });
      await expect(bad).rejects.toThrow('no');
      expect(textOf((await good).message)).toBe('ok');
    });

    it('hands pieces of the coming reply over in order', async () => {
      const bus = make({});
      bus.subscribe('rogers', ({ partial }) => {
        for (const text of ['a', 'b']) partial({ kind: 'text', text });
        return Promise.resolve({ message: say('ab', 'ann') });
      });
      const pieces: string[] = [];
      await bus.request(
        { message: say('x') },
        { onPartial: (delta) => pieces.push(delta.kind === 'text' ? delta.text : '') },
      );
      expect(pieces).toEqual(['a', 'b']);
    });

    it('drains on close and takes nothing new', async () => {
      const bus = make({});
      let done = false;
      bus.subscribe('rogers', async () => {
        await wait(30);
        done = true;
        return undefined;
      });
      await bus.publish({ message: say('one') });
      const closing = bus.close();
      await expect(bus.publish({ message: say('two') })).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
      await closing;
      expect(done).toBe(true);
    });

    it('refuses a name that is taken and frees it again', () => {
      const bus = make({});
      const leave = bus.subscribe('rogers', () => Promise.resolve(undefined));
      expect(() => bus.subscribe('rogers', () => Promise.resolve(undefined))).toThrow('taken');
      leave();
      expect(bus.members()).toEqual([]);
    });
  });
}
