import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** More than any test writes; a runaway process must not take the test's memory with it. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** Keeps what a process prints, the newest 16 Mi characters of it, and copies all of it to a file if there is one. */
export class OutputLog {
  #chunks: string[] = [];
  #size = 0;
  #file: number | undefined;

  /** @param file path of a file to append to; it may be removed while the log is written */
  constructor(file?: string) {
    this.#file = file === undefined ? undefined : openSync(file, 'a', 0o600);
  }

  /** Takes over a stream: it is read to its end. */
  follow(stream: Readable): void {
    stream.setEncoding('utf8').on('data', (text: string) => this.append(text));
  }

  append(text: string): void {
    if (this.#file !== undefined) writeSync(this.#file, text);
    this.#chunks.push(text);
    this.#size += text.length;
    while (this.#size > MAX_CHARACTERS && this.#chunks.length > 1) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
    }
  }

  /** Closes the file; nothing is written to it from then on. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  text(): string {
    const text = this.#chunks.join('');
    this.#chunks = [text];
    return text;
  }

  /** The last `count` lines, without empty ones. */
  tail(count: number): string {
    const lines = this.text().split('\n');
    return lines
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .join('\n');
  }
}
