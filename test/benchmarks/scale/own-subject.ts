import { SUBSCRIPTIONS_KEY, serviceName } from '../../../operator/argocd/names.ts';
import { readBlock } from '../../../operator/argocd/subscriptions-block/subscriptions-block.ts';
import type { ConfigFields } from '../../../operator/dingtalk/testing/fake-configuration.ts';
import type { DataObject } from '../../../operator/kubernetes/objects.ts';
import { resourcePath } from '../../../operator/kubernetes/paths.ts';
import { ARGOCD } from '../../support/stage.ts';
import { messagesKeyOfEvent, NAMES, ONE_EVENT, TARGET } from '../teams/landscape.ts';
import { reasonsOf } from '../teams/quiet.ts';
import type { TeamsStage } from '../teams/stage.ts';
import { WatchedObject } from '../teams/watched-object.ts';
import type { RunningSubject, Subject } from './subject.ts';

const SECRET = {
  version: 'v1',
  plural: 'secrets',
  namespace: ARGOCD,
  name: 'argocd-notifications-secret',
} as const;
const [EVENT] = ONE_EVENT.events as [string];

/** The user of the shipped ServiceAccount. */
export const OWN_USER = 'system:serviceaccount:argocd:argocd-dingtalk-operator';

/** This operator with robots, subscriptions and templates. */
export class OwnSubject implements Subject {
  readonly user = OWN_USER;
  readonly sets: readonly string[];
  readonly #stage: TeamsStage;
  readonly #writeInterval: string;

  constructor(stage: TeamsStage, writeInterval: string) {
    this.#stage = stage;
    this.#writeInterval = writeInterval;
    this.sets = stage.teams;
  }

  async start(fields: ConfigFields = {}): Promise<RunningSubject> {
    const { operator } = await this.#stage.startOperator(this.#writeInterval, fields);
    return operator;
  }

  createSets(): Promise<void> {
    return this.#stage.createSets();
  }

  edit(set: string, mark: string): Promise<void> {
    return this.#stage.editText(set, mark);
  }

  follow(): Promise<WatchedObject> {
    return WatchedObject.follow(this.#stage.connection, TARGET);
  }

  readonly isComplete = ({ data = {} }: DataObject): boolean =>
    Object.keys(data).filter((key) => key.startsWith('trigger.')).length === this.sets.length &&
    // Reading it takes long, and it is written last.
    readBlock(data[SUBSCRIPTIONS_KEY]).entries.length === this.sets.length;

  readonly says = ({ data = {} }: DataObject, set: string, mark: string): boolean =>
    data[messagesKeyOfEvent(set, EVENT)]?.includes(mark) === true;

  /** How many resources are not Ready in their present generation, by kind and reason. */
  async unready(): Promise<ReadonlyMap<string, number>> {
    return reasonsOf(await this.#stage.resources());
  }

  /** Since when each signature that is live counts, in milliseconds since 1970. */
  async signedAt(): Promise<number[]> {
    const { body } = await this.#stage.connection.request<DataObject>({
      method: 'GET',
      path: resourcePath(SECRET),
    });
    const wanted = new Set(this.sets.map((set) => serviceName(set, NAMES.robot)));
    return Object.entries(body.data ?? {})
      .filter(([key]) => wanted.has(key))
      .map(([, url]) => Number(/timestamp=(\d+)/.exec(Buffer.from(url, 'base64').toString())?.[1]));
  }

  /** Removes all keys from both objects of Argo CD. */
  async emptyTarget(): Promise<void> {
    for (const address of [TARGET, SECRET])
      await this.#stage.connection.request({
        method: 'PATCH',
        path: resourcePath(address),
        contentType: 'application/merge-patch+json',
        body: { data: null },
      });
  }
}
