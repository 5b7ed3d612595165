import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import {
  credentialsSecret,
  newCredentials,
  robot,
  subscription,
  template,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { ApiError, ConflictError, NotFoundError } from '../../operator/kubernetes/api-error.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { resourcePath } from '../../operator/kubernetes/paths.ts';
import type { ApiCall } from '../../operator/kubernetes/request.ts';
import type { Random } from '../fuzz/random.ts';
import { ARGOCD } from './stage.ts';

/** Many people and tools that write at the same time, each in a loop of its own. */

/** One that writes: does one thing after the other; a refusal for a reason that lies in the concurrency is everyday. */
export type Writer = () => Promise<void>;

const CONFIG_MAP = {
  version: 'v1',
  plural: 'configmaps',
  namespace: ARGOCD,
  name: 'argocd-notifications-cm',
};
const SECRET = { version: 'v1', plural: 'secrets', namespace: ARGOCD, name: 'argocd-notifications-secret' };
const GROUP = { group: 'argocd-dingtalk.io', version: 'v1alpha1' };
const NAMES = ['a', 'b', 'c'];
const TRIGGERS = ['on-sync-failed', 'on-deployed', 'on-health-degraded', 'on-sync-running', 'on-nothing'];

type Where = { readonly namespace: string; readonly name: string };
interface Manifest {
  readonly kind: string;
  readonly metadata: Where;
}
const PLURALS: Readonly<Record<string, object>> = {
  DingTalkRobot: { ...GROUP, plural: 'dingtalkrobots' },
  NotificationTemplate: { ...GROUP, plural: 'notificationtemplates' },
  NotificationSubscription: { ...GROUP, plural: 'notificationsubscriptions' },
  Secret: { version: 'v1', plural: 'secrets' },
};
const pathOf = ({ kind, metadata }: Manifest): string =>
  resourcePath({ ...(PLURALS[kind] as { version: string; plural: string }), ...metadata });

/** Runs a writer until the time is over, with pauses of up to so many milliseconds. */
export async function keepWriting(
  write: Writer,
  random: Random,
  until: number,
  pauseMs: number,
): Promise<number> {
  let count = 0;
  for (; Date.now() < until; count++) {
    await write();
    await setTimeout(random.int(0, pauseMs));
  }
  return count;
}

/** Somebody who applies and deletes resources and credentials of these namespaces, good and bad ones. */
export function teamWriter(request: ApiCall, random: Random, namespaces: readonly string[]): Writer {
  const where = (): Where => ({ namespace: random.pick(namespaces), name: random.pick(NAMES) });
  const apply = async (manifest: object): Promise<void> => {
    const query = { fieldManager: 'team', force: true };
    const path = pathOf(manifest as Manifest);
    const contentType = 'application/apply-patch+yaml';
    await settled(request({ method: 'PATCH', path, query, contentType, body: manifest }));
  };
  const remove = async (kind: string): Promise<void> =>
    settled(request({ method: 'DELETE', path: pathOf({ kind, metadata: where() }) }));
  const credentials = () => {
    const { token, secret } = newCredentials();
    const isBroken = random.chance(0.1);
    return credentialsSecret(where(), { webhook: isBroken ? 'not a token' : token, secret });
  };
  const robots = () => random.many(1, 2, () => ({ name: random.pick([...NAMES, 'nobody']) }));
  const events = () =>
    [...new Set(random.many(1, 3, () => random.pick(TRIGGERS)))].map((trigger) => ({
      trigger,
      ...(random.chance(0.3) && { template: { name: random.pick(NAMES) } }),
    }));
  const unique = <T extends { readonly name: string }>(all: T[]): T[] => [
    ...new Map(all.map((each) => [each.name, each])).values(),
  ];
  return () =>
    random.oneOf(
      () => apply(credentials()),
      () => apply(robot(where(), random.chance(0.2) ? { suspend: true } : {})),
      () => apply(robot(where())),
      () => apply(subscription(where(), { robots: unique(robots()), events: events() })),
      () => apply(subscription(where(), { robots: unique(robots()), events: events() })),
      () => apply(subscription(where(), { suspend: random.chance(0.3) })),
      () =>
        apply(
          typedTemplate(where(), { message: { text: { content: `v${random.int(0, 9)} {{app.name}}` } } }),
        ),
      () => apply(template(where(), '{"msgtype":"text"')),
      () => remove(random.pick(Object.keys(PLURALS))),
    );
}

/** Somebody who deletes all that a namespace has of a kind. */
export function sweeper(request: ApiCall, random: Random, namespaces: readonly string[]): Writer {
  return () => {
    const plural = random.pick(['dingtalkrobots', 'notificationtemplates', 'notificationsubscriptions']);
    const path = resourcePath({ ...GROUP, plural, namespace: random.pick(namespaces) });
    return settled(request({ method: 'DELETE', path }));
  };
}

/** Somebody with a key of its own in one of the target objects; `value` is what it has to be in the end. */
export function keyOwner(request: ApiCall, random: Random, target: 'configmap' | 'secret', key: string) {
  let value: string | undefined;
  const path = resourcePath(target === 'secret' ? SECRET : CONFIG_MAP);
  const write: Writer = async () => {
    value = random.chance(0.3) ? undefined : `apiURL: https://example.com/${random.int(0, 1_000_000)}`;
    const text = target === 'secret' && value !== undefined ? Buffer.from(value).toString('base64') : value;
    await request({
      method: 'PATCH',
      path,
      query: { fieldManager: `owner-${key}` },
      contentType: 'application/merge-patch+json',
      body: { data: { [key]: text ?? null } },
    });
  };
  return { write, key, value: () => value };
}

/** Somebody who adds and removes entries of its own in the shared key, by get, change and put. */
export function subscriber(request: ApiCall, random: Random, name: string) {
  const mine = new Set<string>();
  const lost: string[] = [];
  const path = resourcePath(CONFIG_MAP);
  const write: Writer = async () => {
    const object = (await request<DataObject>({ method: 'GET', path })).body;
    const text = object.data?.subscriptions ?? '';
    const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
    const seen = new Set(recipientsOf(text));
    lost.push(...[...mine].filter((each) => !seen.has(each)));
    const leaves = mine.size > 2 ? random.pick([...mine]) : undefined;
    const comes = `${name}:${random.int(0, 1_000_000_000)}`;
    const next = leaves
      ? lines.filter((line) => !line.includes(`"${leaves}"`))
      : [...lines, `- {"recipients": ["${comes}"], "triggers": ["on-deployed"]}`];
    const subscriptions = next.length === 0 ? undefined : `${next.join('\n')}\n`;
    const body = { ...object, data: { ...object.data, subscriptions } };
    try {
      await request({ method: 'PUT', path, query: { fieldManager: name }, body });
    } catch (error) {
      if (error instanceof ConflictError) return;
      throw error;
    }
    if (leaves) mine.delete(leaves);
    else mine.add(comes);
  };
  return { write, name, mine, lost };
}

/** The recipients of all entries of the shared key, in order. */
export function recipientsOf(text: string | undefined): string[] {
  const entries = (parse(text ?? '') ?? []) as readonly { readonly recipients: readonly string[] }[];
  return entries.flatMap(({ recipients }) => recipients);
}

/** Somebody who changes or deletes keys of ours by hand. */
export function meddler(request: ApiCall, random: Random, target: 'configmap' | 'secret'): Writer {
  const path = resourcePath(target === 'secret' ? SECRET : CONFIG_MAP);
  return async () => {
    const { data = {} } = (await request<DataObject>({ method: 'GET', path })).body;
    const ours = Object.keys(data).filter((key) => /(^|\.)dt_/.test(key));
    if (ours.length === 0) return;
    const value = random.pick([null, 'eWVz', target === 'secret' ? 'bm8=' : '- when: "true"']);
    await request({
      method: 'PATCH',
      path,
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/merge-patch+json',
      body: { data: { [random.pick(ours)]: value } },
    });
  };
}

/** What is gone, already there, or not valid is no failure of this test. */
async function settled(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    const isExpected =
      error instanceof NotFoundError || (error instanceof ApiError && [409, 422].includes(error.code));
    if (!isExpected) throw error;
  }
}
