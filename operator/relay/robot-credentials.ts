import { API_VERSION, type DingTalkRobot, KINDS } from '../api/kinds.ts';
import { objectKey } from '../api/names.ts';
import type { Reason } from '../api/reasons.ts';
import { type ReadSecret, secretReads } from '../cluster/read-credential.ts';
import { secretReferences } from '../cluster/secret-references.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { judgeCredentials } from '../core/resolve/credentials.ts';
import type { Credential } from '../dingtalk/credential.ts';
import { ObjectMemo } from '../lib/memo.ts';
import { groupOf } from './model.ts';
import { membersOf, type PoolMember, type RoutedRobot } from './pool.ts';
import type { LoadedRoute } from './read-route.ts';

/** How long credentials are used without being read again, in milliseconds. */
const REREAD_MS = 5 * 60_000;

/** Why a robot has no credentials now. The message names fields and Secrets, and no value. */
export interface NoCredential {
  readonly reason: Reason;
  readonly message: string;
  /** Whether the Secret could not be read: then nothing is known about it. */
  readonly isUnknown: boolean;
}

/** The credentials of a robot, or why there are none. */
export type RobotCredential = { readonly credential: Credential } | { readonly refusal: NoCredential };

export interface CredentialOptions {
  readonly config: OperatorConfiguration;
  readonly read: ReadSecret;
  /** The same array as long as no route has changed. */
  readonly routes: () => readonly LoadedRoute[];
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Looks up the credentials of robots, in no other Secrets than those that the routes name. */
export class RobotCredentials {
  readonly #options: CredentialOptions;
  readonly #limiter = secretReads();
  /** Each request asks: with a thousand routes, the search would take longer than the signature. */
  readonly #robots = new ObjectMemo<readonly LoadedRoute[], ReadonlyMap<string, RoutedRobot>>();
  readonly #known = new Map<string, { readonly at: number; readonly answer: Promise<RobotCredential> }>();

  constructor(options: CredentialOptions) {
    this.#options = options;
  }

  /**
   * A robot as the first of its routes has it: the operator writes the same into all of them.
   * @param key `namespace/name`, or the key of a robot in its pool
   */
  routed(key: string): RoutedRobot | undefined {
    const routes = this.#options.routes();
    return this.#robots.get(routes, [], () => firstOfEach(routes)).get(groupOf(key));
  }

  /**
   * The credentials of a robot; never rejects.
   * @param key `namespace/name`, or the key of a robot in its pool
   * @param refresh whether to read them again at once
   */
  async credentialOf(key: string, { refresh = false } = {}): Promise<RobotCredential> {
    const { now } = this.#options;
    const routed = this.routed(key);
    const members = routed && membersOf(groupOf(key), routed);
    const member = members?.get(key);
    if (!routed || !members || !member) return NOT_ROUTED;
    const cr = asRobot(routed, member);
    // A robot whose references have changed has others.
    const id = JSON.stringify([key, cr.spec]);
    const known = this.#known.get(id);
    const age = known ? now() - known.at : Number.POSITIVE_INFINITY;
    if (known && !refresh && age >= 0 && age < REREAD_MS) return known.answer;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const field = key === groupOf(key) ? 'spec.' : `spec.pool[${[...members.keys()].indexOf(key) - 1}].`;
    const answer = this.#read(cr, field);
    this.#known.set(id, { at: now(), answer });
    return answer;
  }

  /** @param field where the spec has the credentials */
  async #read(cr: DingTalkRobot, field: string): Promise<RobotCredential> {
    const { config, read, now } = this.#options;
    const credentials = new Map<string, CredentialSecret>();
    const readings = [...secretReferences([cr])].map(async ([id, { namespace, name, keys }]) => {
      const { secret } = await this.#limiter.run(namespace, () => read(namespace, name, keys));
      credentials.set(id, secret);
    });
    await Promise.all(readings);
    const target = { configMap: undefined, secret: undefined };
    const judged = judgeCredentials(cr, { config, credentials, target, now: new Date(now()) });
    if ('credential' in judged) return { credential: judged.credential };
    const { reason, message } = judged.verdict.refusal ?? UNKNOWN;
    const isUnknown = [...credentials.values()].some(({ state }) => state === 'unreadable');
    return { refusal: { reason, message: message.replace(/^spec\./, field), isUnknown } };
  }
}

/** Robots that are gone do not stay for ever. */
const MAX_KNOWN = 10_000;

const UNKNOWN = { reason: 'CredentialsUnreadable', message: 'The credentials are not known.' } as const;

const NOT_ROUTED: RobotCredential = {
  refusal: {
    reason: 'CredentialsNotFound',
    message: 'No subscription sends to the robot by the relay any more, so its credentials are not read.',
    isUnknown: false,
  },
};

function firstOfEach(routes: readonly LoadedRoute[]): ReadonlyMap<string, RoutedRobot> {
  const robots = new Map<string, RoutedRobot>();
  for (const { spec } of routes)
    for (const each of spec.robots) {
      const key = objectKey(each.namespace, each.name);
      if (!robots.has(key)) robots.set(key, each);
    }
  return robots;
}

/** What the judgement of credentials reads of a robot. */
function asRobot({ namespace, name }: RoutedRobot, { webhook, signing }: PoolMember): DingTalkRobot {
  return {
    apiVersion: API_VERSION,
    kind: KINDS.robot.kind,
    metadata: { namespace, name, uid: '', generation: 0, resourceVersion: '', creationTimestamp: '' },
    spec: {
      webhook: { secretKeyRef: webhook },
      ...(signing && { signing: { secretKeyRef: signing } }),
    },
  };
}
