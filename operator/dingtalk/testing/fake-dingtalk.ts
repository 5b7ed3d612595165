import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../lib/testing/certificates.ts';
import type { WaitOptions } from './fake-dingtalk-deliveries.ts';
import { Robot } from './fake-dingtalk-robot.ts';
import { createFakeServer } from './fake-dingtalk-server.ts';
import { expectedSign } from './fake-dingtalk-signature.ts';
import type { Answer, Delivery, Obstacle, RobotOptions, RobotState } from './fake-dingtalk-types.ts';

export type {
  Answer,
  Delivery,
  Obstacle,
  RobotOptions,
  RobotState,
  SignatureState,
} from './fake-dingtalk-types.ts';

/** A robot on the fake. */
export interface FakeRobot {
  readonly token: string;
  /** `https://127.0.0.1:PORT/robot/send?access_token=TOKEN`. */
  readonly webhookUrl: string;
  /** The webhook URL, signed for a time in milliseconds (now) if the robot has a secret. */
  signedUrl(timestamp?: number): string;
  setState(state: RobotState): void;
  /** The next request that reaches this robot gets this answer, whatever it says: `-1 系统繁忙`, for instance. */
  answerNext(answer: Answer): void;
  /** From now on, this happens to all requests to the robot; undefined: nothing. Only an answer is recorded as a request. */
  setObstacle(obstacle: Obstacle | undefined): void;
}

/** A server that takes messages as strictly as DingTalk does: every answer is HTTP 200, only `errcode` 0 is success. */
export interface FakeDingTalk extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`; `localhost` is in the certificate too. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What signed its certificate, PEM. */
  readonly caFile: string;
  /** Sets a robot up; one with the same token is replaced, and its history with it. */
  addRobot(options: RobotOptions): FakeRobot;
  /** Every request so far, accepted or not. */
  readonly requests: readonly Delivery[];
  /** Gives the first request, past or future, that meets the predicate; an Error lists what came instead. */
  waitForDelivery(predicate: (delivery: Delivery) => boolean, options?: WaitOptions): Promise<Delivery>;
  /** Closes the port and all connections and removes the certificate; may be called again. */
  stop(): Promise<void>;
}

/**
 * `now`: the fake's clock in milliseconds since the epoch, for timestamps and the throttle (`Date.now`). `latencyMs`: a message has been
 * delivered for so long before its sender hears of it (0).
 */
export interface FakeDingTalkOptions {
  readonly now?: () => number;
  readonly latencyMs?: number;
}

/** Starts a fake DingTalk on a free loopback port, with a certificate of an authority of its own. */
export async function startFakeDingTalk({
  now = Date.now,
  latencyMs = 0,
}: FakeDingTalkOptions = {}): Promise<FakeDingTalk> {
  const authority = createAuthority('fake DingTalk CA');
  const tls = authority.issue(['127.0.0.1', 'localhost']);
  const { server, robots, deliveries } = createFakeServer(tls, now, latencyMs);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const dir = await mkdtemp(join(tmpdir(), 'fake-dingtalk-'));
  const caFile = join(dir, 'ca.crt');
  await writeFile(caFile, authority.cert);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `https://${host}`;
  const stop = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    server.closeAllConnections();
    await closed;
    await rm(dir, { recursive: true, force: true });
  };
  return {
    url,
    host,
    caFile,
    addRobot: (options) => {
      const robot = new Robot(options);
      robots.set(options.token, robot);
      return robotHandle(robot, url, now);
    },
    requests: deliveries.all,
    waitForDelivery: (predicate, options) => deliveries.waitFor(predicate, options),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function robotHandle(robot: Robot, url: string, now: () => number): FakeRobot {
  const { token, secret } = robot.options;
  const webhookUrl = `${url}/robot/send?access_token=${encodeURIComponent(token)}`;
  return {
    token,
    webhookUrl,
    signedUrl: (timestamp = now()) => {
      if (secret === undefined) return webhookUrl;
      const sign = encodeURIComponent(expectedSign(secret, String(timestamp)));
      return `${webhookUrl}&timestamp=${timestamp}&sign=${sign}`;
    },
    setState: (state) => {
      robot.state = state;
    },
    answerNext: (next) => robot.queueAnswer(next),
    setObstacle: (obstacle) => {
      robot.obstacle = obstacle;
    },
  };
}
