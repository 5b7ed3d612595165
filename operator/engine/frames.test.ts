import { describe, expect, it } from 'vitest';
import { FrameReader, frameOf } from './frames.ts';

function read(reader: FrameReader, pieces: readonly Buffer[]): unknown[] {
  return pieces.flatMap((piece) => [...reader.read(piece)]);
}

const TEXTS = ['{"call":"check"}', '', '钉钉 🤖', '长'.repeat(3_000)];
const FRAMES = TEXTS.map((text, index) => ({ number: index * 1_000_000_000, text }));
const STREAM = Buffer.concat(FRAMES.map(frameOf));
const frame = (text: string) => frameOf({ number: 7, text });

describe('frames', () => {
  it.each([1, 2, 3, 7, 1_000, STREAM.length])('arrive whole in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, index) =>
      STREAM.subarray(index * size, (index + 1) * size),
    );
    expect(read(new FrameReader(9_000), pieces)).toEqual(FRAMES);
  });

  it('say their length and their number in four bytes each, the highest first', () => {
    expect([...frame('é').subarray(0, 8)]).toEqual([0, 0, 0, 2, 0, 0, 0, 7]);
    expect([...frameOf({ number: 258, text: 'x'.repeat(258) }).subarray(0, 8)]).toEqual([
      0, 0, 1, 2, 0, 0, 1, 2,
    ]);
  });

  it('that are too long are told before they are read', () => {
    expect(read(new FrameReader(9), [frame('x'.repeat(9)), frame('x'.repeat(10))])).toEqual([
      { number: 7, text: 'xxxxxxxxx' },
      'oversized',
    ]);
    // Bytes that are not a frame at all still have some length.
    expect(read(new FrameReader(9), [Buffer.from('panic: nil')])).toEqual(['oversized']);
  });

  it('that are cut off are none', () => {
    expect(read(new FrameReader(9), [frame('123456789').subarray(0, -1)])).toEqual([]);
  });
});
