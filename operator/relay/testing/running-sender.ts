import { readFileSync } from 'node:fs';
import { createDingTalkClient, type DingTalkClient } from '../../dingtalk/client.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../dingtalk/testing/fake-dingtalk.ts';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import type { Audience } from '../../message/event-message.ts';
import type { RelayStore } from '../model.ts';
import { type RelaySender, startSender } from '../sender.ts';
import type { EndedRequest, SenderOptions } from '../sender-options.ts';
import { type SomeMessage, someMessage } from './messages.ts';
import { SimulatedTime } from './simulated-time.ts';

export const START = Date.UTC(2026, 10, 23, 8);
export const DEFAULT_ROBOT = 'team-a/robot';

/** Senders over one store, a fake DingTalk, and time that the test lets pass. */
export class RunningSenders implements AsyncDisposable {
  readonly time = new SimulatedTime(START);
  readonly fake: FakeDingTalk;
  readonly store: RelayStore;
  readonly log = recordingLog();
  readonly ended: EndedRequest[] = [];
  /** What the relay reads of a robot, by its name. */
  readonly credentials = new Map<string, Credential>();
  readonly refreshed: boolean[] = [];
  readonly audiences = new Map<string, Audience>();
  readonly senders: RelaySender[] = [];
  readonly #client: DingTalkClient;

  private constructor(fake: FakeDingTalk, store: RelayStore, timeoutMs: number, now: { call: () => number }) {
    now.call = this.time.now;
    this.fake = fake;
    this.store = tracked(store, this.time);
    this.#client = createDingTalkClient({
      ca: [readFileSync(fake.caFile, 'utf8')],
      timeoutMs,
      now: this.time.now,
    });
  }

  static async start(store: RelayStore, timeoutMs = 10_000): Promise<RunningSenders> {
    const now = { call: () => START };
    return new RunningSenders(await startFakeDingTalk({ now: () => now.call() }), store, timeoutMs, now);
  }

  /** Another replica's way to the same store. */
  track(store: RelayStore): RelayStore {
    return tracked(store, this.time);
  }

  /** Starts one more replica. */
  startSender(others: Partial<SenderOptions> = {}): RelaySender {
    const sender = startSender({
      store: this.store,
      owner: `replica-${this.senders.length}`,
      credentialOf: async (robot, { refresh }) => {
        this.refreshed.push(refresh);
        const credential = this.credentials.get(robot);
        return credential ? { credential } : { refusal: { message: 'no route names the robot' } };
      },
      client: { send: (...args) => this.time.track(this.#client.send(...args)) },
      audienceOf: (robot) => this.audiences.get(robot),
      maxEventAgeMs: 24 * 3_600_000,
      now: this.time.now,
      pause: this.time.pause,
      random: () => 0.5,
      log: this.log,
      onEnded: (ended) => this.ended.push(ended),
      ...others,
    });
    this.senders.push(sender);
    return sender;
  }

  /** A robot that the relay knows. */
  addRobot(robot = DEFAULT_ROBOT, options: { readonly secret?: string; readonly keywords?: string[] } = {}) {
    const token = `token-of-${robot}`;
    const added = this.fake.addRobot({ token, ...options });
    const { secret, keywords = [] } = options;
    this.credentials.set(robot, {
      url: added.webhookUrl,
      ...(secret !== undefined && { signingSecret: secret }),
    });
    this.audiences.set(robot, { locale: 'en', timeZone: 'UTC', keywords });
    return added;
  }

  /** Messages come: the door has stored them, and wakes one of the replicas. */
  async accept(...messages: readonly SomeMessage[]): Promise<void> {
    const made = messages.map((each) => someMessage(each));
    await this.store.accept(made, this.time.now());
    this.senders[0]?.wake([...new Set(made.map(({ robot }) => robot))]);
  }

  /** What DingTalk got for a robot, and what it answered. */
  requestsTo(robot = DEFAULT_ROBOT) {
    return this.fake.requests
      .filter(({ token }) => token === `token-of-${robot}`)
      .map(({ at, errcode, body, signature }) => ({
        after: at - START,
        errcode,
        signature,
        body: body as { msgUuid: string; markdown: { title: string; text: string } },
      }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = Promise.all(this.senders.map((sender) => sender.stop()));
    await this.time.pass(10_000);
    await stopped;
    await this.#client.close();
    await this.fake.stop();
    await this.store[Symbol.asyncDispose]();
  }
}

/** The store, whose work ends before simulated time goes on. */
function tracked(store: RelayStore, time: SimulatedTime): RelayStore {
  return {
    accept: (...args) => time.track(store.accept(...args)),
    notesOf: (...args) => time.track(store.notesOf(...args)),
    waitingRobots: (...args) => time.track(store.waitingRobots(...args)),
    claim: (...args) => time.track(store.claim(...args)),
    finish: (...args) => time.track(store.finish(...args)),
    move: (...args) => time.track(store.move(...args)),
    lastAnswers: () => time.track(store.lastAnswers()),
    queue: () => time.track(store.queue()),
    sweep: (...args) => time.track(store.sweep(...args)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
