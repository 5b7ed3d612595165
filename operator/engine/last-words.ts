const MAX_LENGTH = 8_192;
/** The beginnings of the last messages of Go's runtime and of an unrecovered panic. */
const BEGINNING = /^(?:fatal error: |runtime: |panic: )/m;
/** The constant texts of the runtime; other causes could quote the configuration. */
const FATAL = /^fatal error: ([a-z][a-z: ]{0,60})/m;

/**
 * The standard error of a program, kept to explain its end. It holds the beginning, or the text from the last words
 * on, which replaces the log lines before them. It must not be shown: it can quote the configuration.
 */
export class LastWords {
  #text = '';
  #isEnding = false;

  get text(): string {
    return this.#text;
  }

  /** The runtime's name for the cause of the end, such as `out of memory`. */
  get fatalError(): string | undefined {
    return FATAL.exec(this.#text)?.[1];
  }

  /** @param piece some bytes, not necessarily up to the end of a line */
  write(piece: Buffer): void {
    if (this.#text.length >= MAX_LENGTH && this.#isEnding) return;
    let text = piece.subarray(0, MAX_LENGTH).toString('latin1');
    const begins = this.#isEnding ? undefined : BEGINNING.exec(text)?.index;
    if (begins !== undefined) {
      this.#isEnding = true;
      this.#text = '';
      text = text.slice(begins);
    }
    this.#text = (this.#text + text).slice(0, MAX_LENGTH);
  }
}
