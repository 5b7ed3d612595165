import type { DingTalkRobot, NotificationSubscription } from '../../../operator/api/kinds.ts';
import type { SubscribedEvent } from '../../../operator/api/types.generated.ts';
import { found, robot, SECRET, subscription, template } from '../../../operator/core/testing/fixtures.ts';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import { GOOD, GOOD_PROJECT } from './good-team.ts';
import { type AnyResource, type Kind, newUid } from './resources.ts';
import { textFor } from './texts.ts';

/** Where teams live that use each other's resources; `argocd` is trusted. */
const TEAMS = ['team-a', 'team-b', 'argocd', GOOD];
const NAMES = ['a', 'b'];
const GLOBS = ['*', 'team-*', 'team-a', 'team-?', 'argocd'];
const PROJECTS = ['x-1', 'x-2', 'default', GOOD_PROJECT, 'x-*'];
const TEXTS = ['{{app.metadata.name}}', 'hello', '{{params.owner}}', '{{appUrl}}', '{{app.spec.project}}'];
const LIKELY = [
  'on-sync-failed',
  'on-deployed',
  'on-health-degraded',
  'on-health-recovered',
  'on-sync-running',
];

/** Teams whose resources are mostly right and depend on each other, and edits of one field of one of them. */
export class Neighbours {
  readonly #random: Random;
  readonly #cluster: Cluster;

  readonly #isCareful: boolean;

  /** @param isCareful whether the teams make hardly a mistake, so most of their subscriptions are live */
  constructor(random: Random, cluster: Cluster, isCareful: boolean) {
    this.#random = random;
    this.#cluster = cluster;
    this.#isCareful = isCareful;
  }

  /** Some of all that there can be. */
  populate(): void {
    for (const namespace of TEAMS) {
      for (const name of NAMES) {
        const metadata = { namespace, name };
        if (!this.#isMissing()) this.#cluster.put(robot(metadata, this.#robot()));
        if (!this.#isMissing())
          this.#cluster.put({ ...template(metadata, ''), spec: this.#template(namespace) } as never);
        if (!this.#isMissing()) this.#cluster.put(subscription(metadata, this.#subscription()));
        const token = this.#random.many(64, 64, () => this.#random.int(0, 15).toString(16)).join('');
        const secret = [`${namespace}/${name}`, found({ webhook: token, secret: SECRET })] as const;
        this.#cluster.set({ credentials: new Map([...this.#cluster.snapshot.credentials, secret]) });
      }
    }
  }

  /** One field of one resource gets another value, or one resource comes back or goes. */
  edit(): void {
    const random = this.#random;
    const kind = random.pick<Kind>(['robots', 'templates', 'subscriptions']);
    const all = this.#cluster.of(kind).filter(({ metadata }) => TEAMS.includes(metadata.namespace));
    if (all.length === 0) return;
    const chosen = random.pick(all);
    const { namespace, generation } = chosen.metadata;
    const whole = {
      robots: () => this.#robot(),
      templates: () => this.#template(namespace),
      subscriptions: () => this.#subscription(),
    }[kind]() as Record<string, unknown>;
    const field = random.pick([...new Set([...Object.keys(whole), ...Object.keys(chosen.spec ?? {})])]);
    const { [field]: _, ...others } = (chosen.spec ?? {}) as unknown as Record<string, unknown>;
    const spec = Object.hasOwn(whole, field) ? { ...others, [field]: whole[field] } : others;
    this.#replace(kind, chosen, {
      ...chosen,
      metadata: { ...chosen.metadata, generation: generation + (random.chance(0.9) ? 1 : 0) },
      spec,
    } as unknown as AnyResource);
  }

  /** The metadata of a resource change: annotations, its deletion, another uid. */
  mark(): void {
    const random = this.#random;
    const kind = random.pick<Kind>(['robots', 'templates', 'subscriptions']);
    const all = this.#cluster.of(kind);
    if (all.length === 0) return;
    const chosen = random.pick(all);
    const { deletionTimestamp: _, ...metadata } = chosen.metadata;
    const changed = random.pick([
      metadata,
      { ...metadata, deletionTimestamp: '2026-11-23T07:59:59Z' },
      { ...metadata, uid: newUid(random) },
      { ...metadata, annotations: { 'argocd-dingtalk.io/reconcile-at': `${random.int(0, 2)}` } },
      { ...metadata, resourceVersion: `${random.int(2, 9)}` },
      { ...metadata, creationTimestamp: `2026-11-23T06:0${random.int(0, 9)}:00Z` },
    ]);
    this.#replace(kind, chosen, { ...chosen, metadata: changed } as AnyResource);
  }

  #replace(kind: Kind, chosen: AnyResource, by: AnyResource): void {
    this.#cluster.set({ [kind]: this.#cluster.of(kind).map((each) => (each === chosen ? by : each)) });
  }

  /** Whether somebody makes a mistake that happens to so many. */
  #errs(chance: number): boolean {
    return this.#random.chance(this.#isCareful ? chance / 20 : chance);
  }

  #isMissing(): boolean {
    return this.#errs(0.2);
  }

  #maybe<T>(name: string, chance: number, value: () => T): Record<string, T> {
    return this.#random.chance(chance) ? { [name]: value() } : {};
  }

  #shared() {
    return this.#maybe('sharedWith', 0.75, () => ({
      namespaces: this.#errs(0.5) ? this.#random.many(1, 2, () => this.#random.pick(GLOBS)) : ['*'],
    }));
  }

  #robot(): DingTalkRobot['spec'] {
    const random = this.#random;
    const name = random.pick(NAMES);
    return {
      webhook: { secretKeyRef: { name, key: this.#errs(0.05) ? 'other' : 'webhook' } },
      ...this.#maybe('signing', 0.8, () => ({ secretKeyRef: { name: random.pick(NAMES), key: 'secret' } })),
      ...this.#maybe('keywords', 0.3, () => [random.pick(['deploy', '部署'])]),
      ...this.#maybe('locale', 0.4, () => random.pick(['en', 'zh-CN'])),
      ...this.#maybe('timeZone', 0.4, () =>
        this.#errs(0.2) ? 'Nowhere/X' : random.pick(['UTC', 'Asia/Shanghai']),
      ),
      ...this.#maybe('suspend', 0.04, () => true),
      ...this.#maybe('verify', 0.2, () => random.pick(['Never', 'OnChange'])),
      ...this.#maybe('delivery', 0.3, () => random.pick(['Direct', 'Relay', 'Relay'])),
      ...(this.#errs(0.03) && { newer: 'field' }),
      ...this.#shared(),
    } as DingTalkRobot['spec'];
  }

  #template(namespace: string): object {
    const random = this.#random;
    const broken = this.#errs(0.1) ? '{{#if' : '';
    const isRaw = namespace === 'argocd' ? random.chance(0.3) : this.#errs(0.05);
    const text = random.pick(TEXTS);
    return {
      message: isRaw
        ? { raw: random.pick(['{"msgtype":"text"}', '{"a":{{.app.metadata.name}}}', '{"deploy":1}']) }
        : random.pick([
            { text: { content: text + broken } },
            { markdown: { title: 'x', text: text + broken } },
          ]),
      ...this.#maybe('params', 0.85, () => ({ owner: random.pick(['x', 'y']) })),
      ...this.#maybe('at', 0.2, () => ({ all: true })),
      ...this.#shared(),
    };
  }

  #reference(): { name: string; namespace?: string } {
    const random = this.#random;
    return { name: random.pick(NAMES), ...(random.chance(0.35) && { namespace: random.pick(TEAMS) }) };
  }

  #subscription(): NotificationSubscription['spec'] {
    const random = this.#random;
    const picked = random.many(1, 3, () => random.pick(LIKELY));
    // Who hears of the recovery has to hear of the failure.
    const led = picked.includes('on-health-recovered') && !this.#errs(0.5) ? ['on-health-degraded'] : [];
    const triggers = [...new Set([...led, ...picked])];
    const events = triggers.map((trigger, index) => ({
      ...(this.#errs(0.2)
        ? {
            name: `own-${index}`,
            when: textFor('when', random, true) ?? 'true',
            ...this.#maybe('eventTime', 0.5, () => 'app.status?.operationState?.startedAt'),
            ...this.#maybe('oncePer', 0.5, () => 'app.status?.operationState?.startedAt'),
          }
        : { trigger, ...this.#maybe('name', 0.1, () => `event-${index}`) }),
      ...this.#maybe('template', 0.35, () => ({
        ...this.#reference(),
        ...this.#maybe('params', 0.2, () => ({ owner: 'z' })),
      })),
      ...this.#maybe('at', 0.1, () => ({ all: true })),
    }));
    return {
      robots: random.many(1, 2, () => this.#reference()),
      applications: {
        ...random.pick<object>([{ all: true }, {}, { names: ['a-*'] }, { namespaces: [random.pick(TEAMS)] }]),
        ...this.#maybe('projects', 0.6, () => random.many(1, 2, () => random.pick(PROJECTS))),
        ...this.#maybe('clusters', 0.2, () => ['in-cluster']),
        ...this.#maybe('destinationNamespaces', 0.2, () => [random.pick(TEAMS)]),
        ...this.#maybe('selector', 0.2, () => ({ matchLabels: { tier: 'gold' } })),
      },
      events: events as SubscribedEvent[],
      ...this.#maybe('suspend', 0.04, () => true),
    } as NotificationSubscription['spec'];
  }
}
