import { assert, integer, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, entryText, scanSegment, wellFormedJson } from '../../../../datasets/log/record.ts';
import type { JournalEntry } from '../../../../datasets/log/record.ts';

const entry = (text: string): JournalEntry => ({ kind: 'message', id: 'msg', body: { text } });
const line = (sequence: number, text: string): Buffer => encodeRecord(sequence, entryText(entry(text)));
const lines = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => line(index + 1, `text ${index} with a\nbreak`));

function sequences(content: Buffer): number[] {
  return scanSegment(content).places.map((place) => place.sequence);
}

describe('journal record', () => {
  it('reads back any body that JSON can carry', () => {
    assert(
      property(jsonValue(), integer({ min: 1, max: 2 ** 48 }), (body, sequence) => {
        const content = encodeRecord(sequence, entryText({ kind: 'message', id: 'msg', body }));
        const [place] = scanSegment(content).places;
        const record = decodeRecord(content, place as NonNullable<typeof place>);
        expect(record.sequence).toBe(sequence);
        expect(record.body).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
  });

  it('replaces half a surrogate pair, and leaves a written-out escape alone', () => {
    const text = ['\ud800', '\udfff!', '\\ud800', '\\\\ud800', '😀'];
    expect(JSON.parse(wellFormedJson(text))).toEqual(['\ufffd', '\ufffd!', '\\ud800', '\\\\ud800', '😀']);
  });

  it('refuses a body that JSON cannot carry', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(() => entryText({ kind: 'message', id: 'msg', body: ring })).toThrow(/msg cannot be stored/);
  });
});

describe('scanSegment', () => {
  it('loses at most one record to any single flipped bit, and says that it is damaged', () => {
    const written = lines(5);
    const content = Buffer.concat(written);
    for (let bit = 0; bit < content.length * 8; bit += 1) {
      const damaged = Buffer.from(content);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      const scan = scanSegment(damaged);
      expect(scan.places.length, `bit ${bit}`).toBeGreaterThanOrEqual(4);
      expect(scan.damages.length > 0 || scan.tornAt !== null, `bit ${bit}`).toBe(true);
    }
  });

  it.each([1, 5, 40])('tells a write that was cut off by %i bytes from damage', (cut) => {
    const content = Buffer.concat(lines(3));
    const scan = scanSegment(content.subarray(0, content.length - cut));
    expect(scan.places).toHaveLength(2);
    expect(scan.damages).toEqual([]);
    expect(scan.tornAt).toBe(scan.places[1]?.end);
  });

  it('finds the records after a stretch of rubbish', () => {
    const [first, second, third] = lines(3) as [Buffer, Buffer, Buffer];
    const rubbish = Buffer.alloc(4096);
    expect(sequences(Buffer.concat([first, rubbish, Buffer.from('\n'), second, third]))).toEqual([1, 2, 3]);
    expect(sequences(Buffer.concat([first, second.subarray(10), third]))).toEqual([1, 3]);
  });

  it('does not take a record inside a record for one', () => {
    const inner = line(7, 'inner').toString('utf8');
    expect(sequences(line(1, inner))).toEqual([1]);
  });
});
