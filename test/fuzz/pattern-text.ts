import type { Random } from './random.ts';

/** Makes a text of a part of a pattern, in which no repetition has more than so many rounds. */
type Maker = (random: Random, rounds: number) => string;

const TRIES = 20;
const SHORT_ROUNDS = 6;
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/**
 * Texts that match a pattern, as CRDs have them: classes, groups, alternatives and repetitions between ^ and $. A library
 * would do, but for the length, which has to be the very limit now and then.
 */
export class PatternText {
  readonly #regexp: RegExp;
  readonly #make: Maker;

  /** @throws Error for a pattern that has anything else in it */
  constructor(pattern: string) {
    this.#regexp = new RegExp(pattern, 'u');
    this.#make = new Parser(pattern).whole();
  }

  /** A short one that has at most so many characters. */
  short(random: Random, most: number): string {
    return this.#matching(() => this.#make(random, SHORT_ROUNDS).slice(0, most));
  }

  /** One of exactly so many characters, if one is found, or a short one. */
  exactly(random: Random, length: number): string {
    const found = this.#matching(() => this.#make(random, length).slice(0, length));
    return found.length === length ? found : this.short(random, length);
  }

  #matching(make: () => string): string {
    let text = make();
    for (let tries = 1; tries < TRIES && !this.#regexp.test(text); tries++) text = make();
    return text;
  }
}

class Parser {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  whole(): Maker {
    const make = this.#alternatives();
    if (this.#at < this.#pattern.length) this.#refuse();
    return make;
  }

  #alternatives(): Maker {
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    return (random, rounds) => random.pick(branches)(random, rounds);
  }

  #sequence(): Maker {
    const parts: Maker[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      if (this.#take('^') || this.#take('$')) continue;
      parts.push(this.#repeated(this.#atom()));
    }
    return (random, rounds) => parts.map((part) => part(random, rounds)).join('');
  }

  #repeated(part: Maker): Maker {
    const [least, most] = this.#repetition();
    return (random, rounds) => {
      const limit = Math.min(most, Math.max(least, rounds));
      // As many as there may be where the length counts, or a text of that length would be rare.
      const count = rounds > SHORT_ROUNDS && most > 1 ? limit : random.int(least, limit);
      return Array.from({ length: count }, () => part(random, rounds)).join('');
    };
  }

  #repetition(): readonly [number, number] {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#at));
    if (!counted) return [1, 1];
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    if (counted[2] === undefined) return [least, least];
    return [least, counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY];
  }

  #atom(): Maker {
    if (this.#take('(')) {
      this.#take('?:');
      const inner = this.#alternatives();
      if (!this.#take(')')) this.#refuse();
      return inner;
    }
    const one = /^(\[(?:\\.|[^\]\\])+\]|\\.|[^?*+{}()[\]\\])/u.exec(this.#pattern.slice(this.#at))?.[0];
    if (one === undefined) return this.#refuse();
    this.#at += one.length;
    const member = new RegExp(`^${one}$`, 'u');
    const members = ASCII.filter((character) => member.test(character));
    if (members.length === 0) return () => one;
    return (random) => random.pick(members);
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #refuse(): never {
    throw new Error(
      `the fuzzer can make no text for the pattern ${this.#pattern}, from character ${this.#at} on: teach ${import.meta.filename}`,
    );
  }
}
