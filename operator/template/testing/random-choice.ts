import fc from 'fast-check';
import { texts } from './arbitraries.ts';

/** The choices that make a random template, one by one. */
export class Choices {
  readonly #g: fc.GeneratorValue;

  constructor(g: fc.GeneratorValue) {
    this.#g = g;
  }

  pick<T>(...choices: T[]): T {
    return this.#g(fc.constantFrom<T[]>, ...choices) as T;
  }

  number(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  chance(percent: number): boolean {
    return this.number(0, 99) < percent;
  }

  shortText(): string {
    return this.#g(() => texts.filter((each) => each.length < 100));
  }

  /** A text in quotes. */
  literal(): string {
    const text = this.shortText();
    if (!text.includes('"')) return `"${text}"`;
    return text.includes("'") ? '"q"' : `'${text}'`;
  }
}
