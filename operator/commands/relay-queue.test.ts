import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openRelayStore } from '../relay/store/open.ts';
import { again, aMessage, DEAD, first, NOW, SENT } from '../relay/store/testing/messages.ts';
import { RecordedLog } from '../relay/store/testing/places.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

let stores = 0;
let path = '';

/** A waiting message, a dead letter, one that was sent, and one that waits for its retry. */
beforeEach(async () => {
  stores += 1;
  path = join(files.dir, `relay${stores}.db`);
  await using store = await openRelayStore({ sqlite: path }, { log: new RecordedLog() });
  const messages = [
    aMessage('dead'),
    aMessage('sent'),
    aMessage('again'),
    aMessage('waiting', { robot: 'team/other', event: { name: 'odd\u001b[2J' } }),
  ];
  await store.accept(messages, NOW);
  for (const ending of [DEAD, SENT, again(NOW + 60_000)]) {
    const claim = await store.claim('team/ops', 'replica', NOW, first);
    if ('wait' in claim) throw new Error('nothing to claim');
    await store.finish(claim, ending, NOW + 1_000);
  }
});

const queue = (...args: readonly string[]) => run('relay-queue', ...args, '--store', path);
const statesNow = async (): Promise<Record<string, string>> => {
  const { stdout } = await queue('list', '--output', 'json');
  const messages: { readonly dedupeKey: string; readonly state: string }[] = JSON.parse(stdout);
  return Object.fromEntries(messages.map(({ dedupeKey, state }) => [dedupeKey, state]));
};

describe('relay-queue list', () => {
  it('has a line for each message that was not sent', async () => {
    expect(await queue('list')).toEqual({
      code: 0,
      stdout: [
        'ID  STATE    ROBOT       APPLICATION     EVENT           ACCEPTED              ATTEMPTS  ANSWER',
        '1   dead     team/ops    argocd/dead     on-sync-failed  2026-11-23T08:00:00Z  1         SignatureRejected (errcode 310000) no',
        '3   waiting  team/ops    argocd/again    on-sync-failed  2026-11-23T08:00:00Z  1         Unreachable',
        '4   waiting  team/other  argocd/waiting  odd [2J         2026-11-23T08:00:00Z  0',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('names a repository of Gitee as it is', async () => {
    await using store = await openRelayStore({ sqlite: path }, { log: new RecordedLog() });
    const application = { uid: 'gitee:u:issue I1', namespace: '', name: 'example/shop' };
    await store.accept([aMessage('gitee', { application })], NOW);
    expect((await queue('list')).stdout).toContain('  example/shop  ');
    expect((await queue('show', '5')).stdout).toContain('  application: example/shop\n');
  });

  it('takes a state, a robot and a limit', async () => {
    expect((await queue('list', '--state', 'sent')).stdout).toContain('argocd/sent');
    expect((await queue('list', '--robot', 'team/none')).stdout).toBe('no messages\n');
    expect(await queue('list', '--limit', '1')).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining('argocd/again'),
      stderr: '2 more: --limit 3 lists all\n',
    });
  });
});

describe('relay-queue show', () => {
  it('has everything about a message', async () => {
    const { code, stdout } = await queue('show', '3');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^message 3\n {2}state: waiting\n[\s\S]*not before: 2026-11-23T08:01:00Z\n[\s\S]*body: {"msgtype"/,
    );
    const [message] = JSON.parse((await queue('show', '3', '-o', 'json')).stdout);
    expect(message).toMatchObject({
      id: 3,
      state: 'waiting',
      attempts: 1,
      hasBody: true,
      body: expect.any(String),
    });
  });

  it('tells which message does not exist', async () => {
    expect(await queue('show', '4711')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'message 4711: the store has no such message\n',
    });
  });
});

describe('relay-queue retry', () => {
  it('lets dead letters wait again', async () => {
    expect(await queue('retry', '--state', 'dead')).toEqual({
      code: 0,
      stdout: 'message 1 waits again\n',
      stderr: '',
    });
    expect(await statesNow()).toEqual({ dead: 'waiting', again: 'waiting', waiting: 'waiting' });
    await using store = await openRelayStore({ sqlite: path }, { log: new RecordedLog() });
    expect(await store.claim('team/ops', 'replica', Date.now(), first)).toMatchObject({
      messages: [{ dedupeKey: 'dead', attempts: 2 }],
    });
  });

  it('tells why another message cannot wait again', async () => {
    expect(await queue('retry', '1', '2', '9')).toEqual({
      code: 1,
      stdout: 'message 1 waits again\n',
      stderr:
        'message 2: the message is sent; only dead and expired messages can be sent again\n' +
        'message 9: the store has no such message\n',
    });
  });
});

describe('relay-queue drop', () => {
  it('deletes messages, which are not accepted again', async () => {
    expect(await queue('drop', '1', '3', '-o', 'json')).toEqual({
      code: 0,
      stdout: '[\n  1,\n  3\n]\n',
      stderr: '',
    });
    expect(await statesNow()).toEqual({ waiting: 'waiting' });
    await using store = await openRelayStore({ sqlite: path }, { log: new RecordedLog() });
    expect(await store.accept([aMessage('again')], NOW)).toBe(0);
    expect(await store.waitingRobots(NOW)).toEqual(['team/other']);
  });
});

describe('relay-queue', () => {
  it.each([
    [['fly'], 'fly: the action must be one of list, show, retry, drop'],
    [['list', '1'], 'list takes no ids'],
    [['show'], 'show needs the id of a message'],
    [['show', 'x'], 'the id must be a whole number, and not x'],
    [['drop'], 'drop needs ids, --state or --robot'],
    [['retry', '1', '--robot', 'a/b'], 'ids exclude --state and --robot'],
    [['list', '--limit', '-1'], '--limit must be a whole number'],
  ])('called wrongly (%s) says how', async (args, message) => {
    expect(await queue(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it.each([
    ['nothing.db', undefined, 'the file cannot be read: ENOENT'],
    ['text', 'hello', 'must be a SQLite database, or have the URL of a PostgreSQL database'],
    [
      'url',
      'postgresql://relay:pass-word@127.0.0.1:1/relay',
      'the database cannot be reached: connect ECONNREFUSED',
    ],
  ])('cannot use %s', async (name, content, message) => {
    const store = content === undefined ? join(files.dir, name) : files.write(name, content);
    const { code, stdout, stderr } = await run('relay-queue', 'list', '--store', store);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('pass-word');
  });

  it('makes no tables in a database that is not a store', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const other = join(files.dir, 'other.db');
    const database = new DatabaseSync(other);
    database.exec('create table mine (a)');
    const { code, stderr } = await run('relay-queue', 'list', '--store', other);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('has no tables of a relay'),
    });
    expect(database.prepare('select name from sqlite_schema').all()).toEqual([{ name: 'mine' }]);
    database.close();
  });

  it('prints no warning of Node', () => {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, [main, 'relay-queue', 'list', '--store', path], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
