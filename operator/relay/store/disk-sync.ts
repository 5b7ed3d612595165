import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Has the disk take what SQLite has committed to its write-ahead log. SQLite itself would keep the whole process waiting for the disk's
 * answer with each commit.
 */
export class DiskSync implements AsyncDisposable {
  readonly #log: string;
  readonly #file: DatabaseSync;
  readonly #changes: StatementSync;
  #handle: Promise<FileHandle> | undefined;
  /** The last one, and how many rows had been changed when it began. */
  #last: { readonly changes: number; readonly done: Promise<void> } | undefined;

  /** @param path of the database, which is in WAL mode: what is committed is in the log beside it */
  constructor(path: string, file: DatabaseSync) {
    this.#log = `${path}-wal`;
    this.#file = file;
    this.#changes = file.prepare('select total_changes() as count');
  }

  /**
   * Resolves when the disk has all that was committed before the call.
   * @throws Error of the file system. The file is to be opened anew.
   */
  async sync(): Promise<void> {
    if (!this.#file.isOpen) throw new Error('the connection has ended');
    const changes = Number(this.#changes.get()?.count);
    if (changes !== this.#last?.changes) this.#last = { changes, done: this.#write() };
    await this.#last.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever asked for it has the error.
    await (await this.#handle?.catch(() => undefined))?.close();
  }

  async #write(): Promise<void> {
    // SQLite has no lock on its log, which would be lost when this handle is closed.
    this.#handle ??= open(this.#log, 'r+');
    try {
      await (await this.#handle).datasync();
    } catch (error) {
      this.#writeAnew();
      throw error;
    }
  }

  /** The next answer of the disk may well be good without the pages that it has lost. So all of the log goes into the database. */
  #writeAnew(): void {
    try {
      if (this.#file.isOpen) this.#file.exec('PRAGMA wal_checkpoint(FULL)');
    } catch {
      // The disk is as bad as the caller's error says.
    }
  }
}
