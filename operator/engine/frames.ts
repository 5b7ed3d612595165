/** A header has the length of the rest, and the number of the request, each in four bytes, the highest first. */
const HEADER_BYTES = 8;
const NUMBER_AT = 4;

/** A request or an answer, which has the number of its request. The greeting has 0. */
export interface Frame {
  /** 0 to 2^32 - 1 */
  readonly number: number;
  readonly text: string;
}

/** The longest request that the engine reads, in bytes. The two objects and an Application stay far below it. */
export const MAX_REQUEST_BYTES = 16 * 2 ** 20;

/** A frame as the engine reads it. */
export function frameOf({ number, text }: Frame): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(text));
  frame.writeUInt32BE(frame.length - HEADER_BYTES);
  frame.writeUInt32BE(number, NUMBER_AT);
  frame.write(text, HEADER_BYTES);
  return frame;
}

/** Joins frames from the pieces in which a stream delivers them. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #body: Buffer | undefined;
  #filled = 0;

  /** @param maxBytes a longer frame does not count as a frame: its receiver would have to read it */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The frames that this piece completes, in order. `oversized` is in place of a frame that is too long; nothing can
   * be read after it.
   */
  *read(piece: Buffer): Generator<Frame | 'oversized'> {
    for (let at = 0; at < piece.length; ) {
      const target = this.#body ?? this.#header;
      const taken = piece.copy(target, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < target.length) continue;
      if (target === this.#header) {
        const length = this.#header.readUInt32BE();
        if (length > this.#maxBytes) return yield 'oversized';
        this.#body = Buffer.allocUnsafe(length);
        this.#filled = 0;
        if (length > 0) continue;
      }
      const text = this.#body?.toString('utf8') ?? '';
      this.#body = undefined;
      this.#filled = 0;
      yield { number: this.#header.readUInt32BE(NUMBER_AT), text };
    }
  }
}
