import { randomUUID } from 'node:crypto';
import { BlockList } from 'node:net';
import { answers } from './fake-dingtalk-answers.ts';
import type { Answer, Obstacle, RobotOptions, RobotState } from './fake-dingtalk-types.ts';

const MINUTE_MS = 60_000;
const MESSAGES_PER_MINUTE = 20;
const THROTTLED_MS = 10 * MINUTE_MS;

/** A robot with what it remembers between requests. */
export class Robot {
  readonly options: RobotOptions;
  state: RobotState = 'active';
  obstacle: Obstacle | undefined;
  readonly #allowed: BlockList | undefined;
  readonly #queued: Answer[] = [];
  #delivered: number[] = [];
  #throttledUntil = 0;

  constructor(options: RobotOptions) {
    this.options = options;
    this.#allowed = options.allowedIps === undefined ? undefined : addressList(options.allowedIps);
  }

  /** Queues an answer for one request that would otherwise be judged. */
  queueAnswer(answer: Answer): void {
    this.#queued.push(answer);
  }

  nextQueuedAnswer(): Answer | undefined {
    return this.#queued.shift();
  }

  /** Whether the robot's allowlist, if it has one, has this IPv4 address. */
  allows(address: string): boolean {
    return this.#allowed?.check(address) ?? true;
  }

  /** Counts a message that is fit to be delivered at `now` (ms); the 21st within a minute starts ten minutes' refusal. */
  countMessage(now: number): Answer | undefined {
    this.#delivered = this.#delivered.filter((at) => at > now - MINUTE_MS);
    if (now >= this.#throttledUntil && this.#delivered.length >= MESSAGES_PER_MINUTE) {
      this.#throttledUntil = now + THROTTLED_MS;
    }
    if (now < this.#throttledUntil) return answers.throttled(randomUUID().replaceAll('-', ''));
    this.#delivered.push(now);
    return undefined;
  }
}

function addressList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) {
    const [network = '', prefix] = address.split('/');
    if (prefix === undefined) list.addAddress(network);
    else list.addSubnet(network, Number(prefix));
  }
  return list;
}
