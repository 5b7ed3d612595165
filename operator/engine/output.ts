const MAX_LENGTH = 8_192;
/** How Go's runtime and an unrecovered panic begin what they say before the end. */
const LAST_WORDS = /^(?:fatal error: |runtime: |panic: )/;
/** The runtime's own constant texts; other causes could quote what was in the configuration. */
const FATAL = /^fatal error: ([a-z][a-z ]{0,60})/m;

/**
 * What a module wrote to its standard output and error, kept to tell why it ended: the beginning, or from a program's
 * last words on, which push out the log lines before them. Not for showing: it can quote the configuration.
 */
export class Output {
  #text = '';
  #isEnding = false;

  get text(): string {
    return this.#text;
  }

  /** The runtime's name for what ended the program, such as `out of memory`. */
  get fatalError(): string | undefined {
    return FATAL.exec(this.#text)?.[1];
  }

  write(bytes: Uint8Array): void {
    if (this.#text.length >= MAX_LENGTH && this.#isEnding) return;
    const text = Buffer.from(bytes.subarray(0, MAX_LENGTH)).toString('utf8');
    if (!this.#isEnding && LAST_WORDS.test(text)) {
      this.#isEnding = true;
      this.#text = '';
    }
    this.#text = (this.#text + text).slice(0, MAX_LENGTH);
  }

  clear(): void {
    this.#text = '';
    this.#isEnding = false;
  }
}
