import type { LastAnswer, NewMessage, RelayStore } from '../model.ts';

/** A store that keeps messages and notes in memory, for tests of what comes before it. It sends nothing. */
export class MemoryStore implements RelayStore {
  readonly messages: NewMessage[] = [];
  answers: LastAnswer[] = [];
  isDisposed = false;
  /** If set, each use is rejected with it. */
  fault: Error | undefined;
  readonly #notes = new Map<string, Map<string, number>>();
  readonly #keys = new Set<string>();

  async accept(
    messages: readonly NewMessage[],
    now: number,
    forget: readonly string[] = [],
    applicationUid = messages[0]?.application.uid ?? '',
  ): Promise<number> {
    this.#check();
    for (const key of forget) this.#notes.get(applicationUid)?.delete(key);
    const added = messages.filter(({ dedupeKey }) => !this.#keys.has(dedupeKey));
    for (const message of added) {
      const { uid } = message.application;
      this.#keys.add(message.dedupeKey);
      this.messages.push(message);
      if (message.noteKey !== undefined)
        this.#notes.set(
          uid,
          (this.#notes.get(uid) ?? new Map()).set(message.noteKey, Math.floor(now / 1_000)),
        );
    }
    return added.length;
  }

  async notesOf(uid: string): Promise<Readonly<Record<string, number>>> {
    this.#check();
    return Object.fromEntries(this.#notes.get(uid) ?? []);
  }

  move(): Promise<never> {
    return Promise.reject(new Error('this store sends nothing'));
  }

  async lastAnswers(): Promise<readonly LastAnswer[]> {
    this.#check();
    return this.answers;
  }

  async queue(): Promise<{ readonly messages: number; readonly oldestAt: number | undefined }> {
    this.#check();
    return { messages: this.messages.length, oldestAt: undefined };
  }

  async waitingRobots(): Promise<readonly string[]> {
    return [...new Set(this.messages.map(({ robot }) => robot))];
  }

  claim(): Promise<never> {
    return Promise.reject(new Error('this store sends nothing'));
  }

  finish(): Promise<never> {
    return Promise.reject(new Error('this store sends nothing'));
  }

  async sweep(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
  }

  #check(): void {
    if (this.fault) throw this.fault;
  }
}
