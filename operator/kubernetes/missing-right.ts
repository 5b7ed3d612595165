import type { Log } from '../lib/log.ts';
import type { ForbiddenError } from './api-error.ts';
import { collectionInWords } from './paths.ts';

/** The right that a cache lacks. The log says when it is missing and when it is there again, and not each attempt. */
export class MissingRight {
  readonly #log: Log;
  readonly #cache: string;
  readonly #path: string;
  #text: string | undefined;

  /** @param path of the collection */
  constructor(log: Log, cache: string, path: string) {
    this.#log = log;
    this.#cache = cache;
    this.#path = path;
  }

  /** In words, such as `cannot list secrets in the namespace argocd`; undefined while nothing is known to be missing. */
  get text(): string | undefined {
    return this.#text;
  }

  isMissing(verb: 'list' | 'watch', err: ForbiddenError): void {
    const right = `cannot ${verb} ${collectionInWords(this.#path)}`;
    if (right !== this.#text)
      this.#log.warn({ cache: this.#cache, right, err }, 'a right is missing; the last known objects stay');
    this.#text = right;
  }

  isThere(): void {
    if (this.#text !== undefined) this.#log.info({ cache: this.#cache }, 'the missing right is there');
    this.#text = undefined;
  }
}
