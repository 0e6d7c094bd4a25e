import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MemoryBus } from '../../../../engine/bus/memory-bus.ts';
import { describeBus, say } from '../../../contracts/bus.contract.ts';

describeBus((making) => new MemoryBus(making));

describe('MemoryBus', () => {
  it('lets two lanes of one conversation run side by side', async () => {
    const bus = new MemoryBus();
    let together = 0;
    let most = 0;
    bus.subscribe('rogers', async () => {
      most = Math.max(most, (together += 1));
      await wait(10);
      together -= 1;
      return { message: say('ok', 'ann') };
    });
    await Promise.all(['a', 'b'].map((lane) => bus.request({ message: say(lane) }, { lane })));
    expect(most).toBe(2);
  });

  it('aborts what is still at work when the grace is over', async () => {
    const bus = new MemoryBus();
    bus.subscribe('rogers', async ({ signal }) => {
      await wait(5000, undefined, { signal });
      return undefined;
    });
    const asked = bus.request({ message: say('x') });
    asked.catch(() => undefined);
    await bus.close(5);
    await expect(asked).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
