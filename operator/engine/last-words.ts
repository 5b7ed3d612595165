const MAX_LENGTH = 8_192;
/** How Go's runtime and an unrecovered panic begin what they say before the end. */
const BEGINNING = /^(?:fatal error: |runtime: |panic: )/m;
/** The runtime's own constant texts; other causes could quote what was in the configuration. */
const FATAL = /^fatal error: ([a-z][a-z: ]{0,60})/m;

/**
 * What a program wrote to its standard error, kept to tell why it ended: the beginning, or from a program's last words on,
 * which push out the log lines before them. Not for showing: it can quote the configuration.
 */
export class LastWords {
  #text = '';
  #isEnding = false;

  get text(): string {
    return this.#text;
  }

  /** The runtime's name for what ended the program, such as `out of memory`. */
  get fatalError(): string | undefined {
    return FATAL.exec(this.#text)?.[1];
  }

  /** @param piece some bytes, which need not end with a line */
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
