import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../lib/testing/certificates.ts';
import type { GiteeObstacle } from './fake-gitee-failures.ts';
import { type HookValues, type StoredHook, StoredRepository } from './fake-gitee-hooks.ts';
import { answerGitee, type GiteeState, type SeenRequest } from './fake-gitee-server.ts';

export type { GiteeObstacle } from './fake-gitee-failures.ts';
export type { StoredHook } from './fake-gitee-hooks.ts';
export { type GiteeEventToSend, sendEvent } from './fake-gitee-sender.ts';
export type { SeenRequest } from './fake-gitee-server.ts';

/** A repository on the fake, by the hands of a person who administrates it. */
export interface FakeRepository {
  /** `OWNER/NAME` */
  readonly fullName: string;
  readonly hooks: readonly StoredHook[];
  addHook(values: HookValues): StoredHook;
  changeHook(id: number, values: Partial<Omit<StoredHook, 'id'>>): void;
  removeHook(id: number): void;
  /** From now on, this token opens the hooks. */
  admit(token: string): void;
  /** From now on, this token only shows that the repository exists. */
  admitReader(token: string): void;
  /** From now on, the token is unknown. */
  revoke(token: string): void;
}

/**
 * A Gitee with the part of OpenAPI v5 that is about hooks. It refuses unknown parameters and wrong types, and answers with the quirks of the real one:
 * texts instead of numbers and booleans here and there, passwords in clear, no `encryption_type`.
 */
export interface FakeGitee extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** What signed its certificate, PEM. */
  readonly caFile: string;
  addRepository(fullName: string, token: string): FakeRepository;
  removeRepository(fullName: string): void;
  /** All requests so far. */
  readonly requests: readonly SeenRequest[];
  /** The next requests, all by default, meet this obstacle; undefined: none does any more. */
  obstruct(
    how: GiteeObstacle | undefined,
    options?: { readonly method?: string; readonly times?: number },
  ): void;
  /** Calls back when a hook was created, before the answer; a promise delays the answer. */
  onCreated(call: (() => unknown) | undefined): void;
  /** Closes the port and all connections and removes the certificate; may be called again. */
  stop(): Promise<void>;
}

/** Starts a fake Gitee on a free loopback port, with a certificate of an authority of its own. */
export async function startFakeGitee(): Promise<FakeGitee> {
  const authority = createAuthority('fake Gitee CA');
  const tls = authority.issue(['127.0.0.1', 'localhost']);
  const state: GiteeState = { repositories: new Map(), requests: [] };
  const server = createServer({ cert: tls.cert, key: tls.key }, (message, response) => {
    answerGitee(message, response, state).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const dir = await mkdtemp(join(tmpdir(), 'fake-gitee-'));
  const caFile = join(dir, 'ca.crt');
  await writeFile(caFile, authority.cert);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  let lastId = 900_000;
  const stop = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    server.closeAllConnections();
    await closed;
    await rm(dir, { recursive: true, force: true });
  };
  return {
    url: `https://${host}`,
    host,
    caFile,
    addRepository: (fullName, token) => {
      const repository = new StoredRepository(() => ++lastId);
      repository.tokens.add(token);
      state.repositories.set(fullName, repository);
      return handle(fullName, repository);
    },
    removeRepository: (fullName) => void state.repositories.delete(fullName),
    requests: state.requests,
    obstruct: (how, { method, times = Number.POSITIVE_INFINITY } = {}) => {
      state.obstacle = how === undefined ? undefined : { how, method, times };
    },
    onCreated: (call) => {
      state.onCreated = call;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function handle(fullName: string, repository: StoredRepository): FakeRepository {
  return {
    fullName,
    get hooks() {
      return repository.hooks;
    },
    addHook: (values) => repository.add(values),
    changeHook: (id, values) => void repository.change(id, values),
    removeHook: (id) => void repository.remove(id),
    admit: (token) => void repository.tokens.add(token),
    admitReader: (token) => void repository.readers.add(token),
    revoke: (token) => {
      repository.tokens.delete(token);
      repository.readers.delete(token);
    },
  };
}
