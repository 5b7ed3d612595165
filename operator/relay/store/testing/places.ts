import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../../lib/log.ts';
import type { StorePlace } from '../place.ts';
import { POSTGRES_MISSING, PostgresServer } from './postgres-server.ts';

/** Where the tests' stores are. */
export interface Places extends AsyncDisposable {
  /** An empty store. */
  create(): Promise<StorePlace>;
}

class SqlitePlaces implements Places {
  readonly #folder = mkdtempSync(join(tmpdir(), 'relay-sqlite-'));
  #files = 0;

  async create(): Promise<StorePlace> {
    return { sqlite: join(this.#folder, `relay${++this.#files}.db`) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** With the server, so that a test can end it. */
export class PostgresPlaces implements Places {
  readonly server: PostgresServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'relay-urls-'));
  #files = 0;

  constructor(server: PostgresServer) {
    this.server = server;
  }

  async create(): Promise<StorePlace> {
    const urlFile = join(this.#folder, `url${++this.#files}`);
    writeFileSync(urlFile, `${await this.server.createSchema()}\n`);
    return { postgres: { urlFile } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Both databases; SQLite is durable at all times. They are for `describe.each`; PostgreSQL says why it is skipped. */
export const DATABASES = [
  {
    name: 'SQLite',
    missing: undefined,
    start: async (_isDurable?: boolean): Promise<Places> => new SqlitePlaces(),
  },
  {
    name: POSTGRES_MISSING === undefined ? 'PostgreSQL' : `PostgreSQL, which is skipped: ${POSTGRES_MISSING}`,
    missing: POSTGRES_MISSING,
    start: async (isDurable = false): Promise<Places> =>
      new PostgresPlaces(await PostgresServer.start(isDurable)),
  },
];

/** What a store logged. */
export class RecordedLog implements Log {
  readonly lines: { readonly level: keyof Log; readonly fields: object; readonly message: string }[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  #at(level: keyof Log): (fields: object, message: string) => void {
    return (fields, message) => this.lines.push({ level, fields, message });
  }
}
