import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** The newest one of Debian's, or whichever is on the PATH. */
const findBin = (): string | undefined =>
  [...globSync('/usr/lib/postgresql/*/bin').sort().reverse(), ...(process.env.PATH ?? '').split(':')].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );

/** Why there is no PostgreSQL now; undefined if there is one. */
export function postgresMissing(): string | undefined {
  if (process.env.SKIP_POSTGRES) return 'SKIP_POSTGRES is set';
  return findBin() === undefined ? 'PostgreSQL is not installed (apt-get install postgresql)' : undefined;
}

/** The same when this process began. */
export const POSTGRES_MISSING = postgresMissing();

/** PostgreSQL refuses to run as root. */
const AS_USER =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

export const PASSWORD = 'the-password-of-the-store';

/** A PostgreSQL server in a folder of its own. */
export class PostgresServer implements AsyncDisposable {
  readonly #bin = findBin() ?? '';
  readonly #folder: string;
  readonly #port: number;
  readonly #isDurable: boolean;
  #process: ChildProcess | undefined;
  #schemas = 0;

  private constructor(folder: string, port: number, isDurable: boolean) {
    this.#folder = folder;
    this.#port = port;
    this.#isDurable = isDurable;
  }

  /**
   * Makes a server and starts it.
   * @param isDurable whether what was committed outlives the machine, and not only the process
   */
  static async start(isDurable: boolean): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'relay-postgres-'));
    if (AS_USER.length > 0) execFileSync('chown', ['postgres', folder]);
    const server = new PostgresServer(folder, await freePort(), isDurable);
    const passwords = join(folder, 'password');
    writeFileSync(passwords, PASSWORD);
    chmodSync(passwords, 0o644);
    const [command = '', ...args] = [
      ...[...AS_USER, join(server.#bin, 'initdb'), '--pgdata', join(folder, 'data'), '--username=relay'],
      ...['--auth=scram-sha-256', `--pwfile=${passwords}`, '--no-sync', '--encoding=UTF8', '--locale=C'],
    ];
    execFileSync(command, args, { cwd: folder, stdio: 'pipe' });
    await server.resume();
    return server;
  }

  /** Starts the server again. */
  async resume(): Promise<void> {
    const [command = '', ...args] = [
      ...[...AS_USER, join(this.#bin, 'postgres'), '-D', join(this.#folder, 'data'), '-p', `${this.#port}`],
      ...[
        '-c',
        `fsync=${this.#isDurable ? 'on' : 'off'}`,
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        `unix_socket_directories=${this.#folder}`,
      ],
    ];
    const child = spawn(command, args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    for await (const line of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false }))
      if (`${line}`.includes('ready to accept connections')) break;
    child.stderr.resume();
  }

  /** Ends the server at once, as a loss of power does. */
  async kill(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  /** @returns the URL of a new and empty schema, which is as good as a database and made faster */
  async createSchema(): Promise<string> {
    const name = `relay${++this.#schemas}`;
    await this.query(`create schema ${name}`);
    return `${this.#url()}?options=-csearch_path%3D${name}`;
  }

  /** Runs a query as an administrator. */
  async query(text: string): Promise<readonly unknown[]> {
    const client = new pg.Client({ connectionString: this.#url() });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #url(): string {
    return `postgresql://relay:${PASSWORD}@127.0.0.1:${this.#port}/postgres`;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
