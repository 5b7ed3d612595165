import type { OperatorConfiguration } from '../../../operator/config/config.ts';
import { decide } from '../../../operator/core/decide.ts';
import { deliveryChecks } from '../../../operator/core/delivery/checks.ts';
import type { CheckMemory } from '../../../operator/core/model/check-memory.ts';
import type { CredentialSecret, LiveObject, Project } from '../../../operator/core/model/snapshot.ts';
import { config, found, limited, liveObject, SECRET } from '../../../operator/core/testing/fixtures.ts';
import type { Circumstances } from '../../../operator/core/testing/fresh.ts';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import { GOOD, GOOD_PROJECT } from './good-team.ts';
import { installation } from './surroundings.ts';

const NAMESPACES = ['team-a', 'team-b', 'argocd', GOOD];
const GRANTS = ['team-?', '*', 'team-a, team-b', 'argocd', ' , ,,', undefined];

/** Room for everybody. */
const WIDE = limited({}).limits.perNamespace;

const SELECTOR = { matchLabels: { notify: 'yes' }, matchExpressions: [] };

const CALM = config({
  // argocd-cm or the context has the URL, if anything has it.
  argocd: {},
  tenancy: { projects: { 'x-*': ['*'], default: ['*'], [GOOD_PROJECT]: ['team-*'] } },
});

type Section = keyof OperatorConfiguration;

/**
 * Small changes around the resources, from the administrator and from other writers of Argo CD's objects. Objects that do not
 * change stay the same objects, as in the operator's caches.
 */
export class Surprises {
  readonly #random: Random;
  readonly #cluster: Cluster;

  /** @param isCalm whether the administrator grants most things and limits hardly any */
  constructor(random: Random, cluster: Cluster, isCalm: boolean) {
    this.#random = random;
    this.#cluster = cluster;
    const before = isCalm ? CALM : cluster.snapshot.config;
    const tight = { ...WIDE, resources: random.int(2, 7), messages: random.int(1, 8) };
    const perNamespace = random.pick([WIDE, isCalm ? WIDE : tight, tight, before.limits.perNamespace]);
    const selection = { namespaceSelector: SELECTOR, reportUnselected: random.chance(0.7) };
    const tenancy = { ...before.tenancy, ...(random.chance(0.4) && selection) };
    const served = NAMESPACES.map((name) => [name, { notify: 'yes' }] as const);
    const routing = { projects: random.pick(['Annotation', 'Condition'] as const) };
    cluster.set({ namespaces: new Map([...cluster.snapshot.namespaces, ...served]) });
    cluster.set({ config: { ...before, tenancy, routing, limits: { ...before.limits, perNamespace } } });
    this.#routed();
  }

  /** One of all. @returns its name */
  step(): string {
    const changes: Readonly<Record<string, () => void>> = {
      configuration: () => this.#configure(),
      'configuration of tenancy': () => this.#tenancy(),
      limits: () => this.#limits(),
      labels: () => this.#label(),
      grant: () => this.#grant(),
      'key of the ConfigMap': () => this.#tamper('configMap'),
      'key of the Secret': () => this.#tamper('secret'),
      'foreign key': () => this.#occupy(),
      'left behind': () => this.#leaveBehind(),
      'target object': () => this.#removeObject(),
      managers: () => this.#manage(),
      annotations: () => this.#annotate(),
      credentials: () => this.#credentials(),
      deliveries: () => this.#deliver(),
      url: () => this.#cluster.set({ argocdUrl: this.#random.pick([undefined, 'https://a.example', 'b']) }),
      answers: () => this.#cluster.forget(() => this.#random.chance(0.3)),
    };
    const name = this.#random.pick(Object.keys(changes));
    changes[name]?.();
    return name;
  }

  /** Circumstances of a run, about keys that there are. */
  circumstances(): Circumstances {
    const random = this.#random;
    const { plan } = decide(this.#cluster.snapshot);
    const finding = { reason: 'WriteFailed', message: random.pick(['one', 'two']) } as const;
    const keys = (of: object) => new Set(Object.keys(of).filter(() => random.chance(0.3)));
    const contested = [
      { object: 'ConfigMap', finding, keys: keys(plan.configMap) },
      { object: 'Secret', finding, keys: keys(plan.secret) },
    ] as const;
    return {
      ...(random.chance(0.2) && { obstacle: finding }),
      ...(random.chance(0.3) && { contested }),
      ...(random.chance(0.5) && { awaits: { engine: random.chance(0.3), turn: random.chance(0.3) } }),
    };
  }

  get #config(): OperatorConfiguration {
    return this.#cluster.snapshot.config;
  }

  /** One section becomes that of another installation. */
  #configure(): void {
    const other = installation(this.#random).config;
    const section = this.#random.pick<Section>(['tenancy', 'routing', 'robots', 'argocd', 'signing']);
    this.#cluster.set({ config: { ...this.#config, [section]: other[section] } });
    this.#routed();
  }

  #tenancy(): void {
    const random = this.#random;
    const { tenancy } = this.#config;
    const clusters = random.pick<Record<string, string[]>>([{}, { edge: ['*'] }, { 'c-*': ['team-a'] }]);
    const change = random.pick<Partial<OperatorConfiguration['tenancy']>>([
      { projects: { default: ['*'] } },
      { projects: { 'x-*': ['team-*'], [GOOD_PROJECT]: [GOOD] } },
      { projects: {} },
      { clusters, destinations: 'Trusted' },
      { destinations: 'Ignored', clusters: {}, mode: 'strict' },
      { mode: tenancy.mode === 'open' ? 'strict' : 'open', destinations: 'Trusted' },
      { deniedNamespaces: random.pick([[], ['team-b'], ['team-*']]) },
      { trustedNamespaces: random.pick([[], ['argocd'], ['team-a', 'argocd']]) },
      { allowExpressions: !tenancy.allowExpressions },
      { reportUnselected: !tenancy.reportUnselected },
      { namespaceSelector: random.pick([SELECTOR, { matchLabels: {}, matchExpressions: [] }]) },
    ]);
    this.#cluster.set({ config: { ...this.#config, tenancy: { ...tenancy, ...change } } });
  }

  #limits(): void {
    const random = this.#random;
    const { limits } = this.#config;
    const { perNamespace } = limits;
    const unit = random.pick(Object.keys(perNamespace) as (keyof typeof perNamespace)[]);
    const value = random.pick([0, 1, 2, 3, 5, 8, 20, 500, 2_000, 10_000]);
    const changed = random.pick([
      { ...limits, perNamespace: { ...perNamespace, [unit]: value } },
      ...[1, 2, 3, 4, 5].map(() => ({ ...limits, perNamespace: WIDE })),
      { ...limits, configMapBytes: random.pick([20_000, 60_000, 100_000_000]) },
      { ...limits, secretBytes: random.pick([500, 1_000, 2_000, 100_000_000]) },
      { ...limits, unscopedTriggers: random.pick([0, 3, 1_000_000]) },
      { ...limits, maxEventAge: random.pick([60_000, 3_600_000]) },
    ]);
    this.#cluster.set({ config: { ...this.#config, limits: changed } });
  }

  #label(): void {
    const random = this.#random;
    const { namespaces } = this.#cluster.snapshot;
    const name = random.pick(NAMESPACES);
    const others = [...namespaces].filter(([each]) => each !== name);
    const labels = random.pick([{}, { notify: 'yes' }, { notify: 'no' }, 'unseen' as const]);
    const next = random.chance(0.15) ? others : [...others, [name, labels] as const];
    this.#cluster.set({ namespaces: new Map(next) });
  }

  #grant(): void {
    const random = this.#random;
    const { projects } = this.#cluster.snapshot;
    const name = random.pick(['x-1', 'x-2', 'default', GOOD_PROJECT]);
    const others = projects.filter((each) => each.name !== name);
    const next: Project = { name, grantedTo: random.pick(GRANTS) };
    this.#cluster.set({ projects: random.chance(0.15) ? others : [...others, next] });
    this.#routed();
  }

  /** The target has the annotations of all AppProjects exactly if the configuration asks for it. */
  #routed(): void {
    const { target, projects } = this.#cluster.snapshot;
    const { projects: known, ...objects } = target;
    const live = projects.map(({ name }) => [name, known?.get(name) ?? { resourceVersion: '1' }] as const);
    const isRouted = this.#config.routing.projects === 'Annotation';
    this.#cluster.set({ target: isRouted ? { ...objects, projects: new Map(live) } : objects });
  }

  #setObject(kind: 'configMap' | 'secret', object: LiveObject | undefined): void {
    const { [kind]: _, ...others } = this.#cluster.snapshot.target;
    this.#cluster.set({ target: object ? { ...others, [kind]: object } : others });
  }

  /** An edit by hand: a key goes, or gets another value, with or without our mark. */
  #tamper(kind: 'configMap' | 'secret'): void {
    const random = this.#random;
    const object = this.#cluster.snapshot.target[kind];
    const keys = Object.keys(object?.data ?? {});
    if (!object || keys.length === 0) return;
    const key = random.pick(keys);
    const { [key]: value = '', ...others } = object.data;
    const data = random.pick([
      others,
      { ...others, [key]: `${value}\n# by hand` },
      { ...others, [key]: value.replace(/argocd-dingtalk-operator [0-9a-f]{8}/, 'somebody') },
      { ...others, [key]: 'not ours' },
      { [key]: value, ...others },
    ]);
    this.#setObject(kind, { ...object, resourceVersion: `${random.int(2, 99)}`, data });
  }

  /** Somebody takes a name that the operator needs, or breaks the configuration of all. */
  #occupy(): void {
    const random = this.#random;
    const { target } = this.#cluster.snapshot;
    const { plan } = decide(this.#cluster.snapshot);
    const kind = random.pick(['configMap', 'secret'] as const);
    const object = target[kind];
    const names = [...Object.keys(plan[kind]), 'service.webhook.dt_team-a_a', 'dt_team-a_a'];
    const [key, value] = random.oneOf<[string, string]>(
      () => [random.pick(names), 'theirs'],
      () => ['template.theirs', random.pick(['message: x', '{{'])],
      () => ['context', random.pick(['argocdUrl: https://ctx.example', '- no'])],
      () => ['subscriptions', random.pick(['- recipients: [slack:a]\n  triggers: [x]\n', 'no: list', ''])],
      () => ['config.yaml', 'triggers: []'],
    );
    if (!object) return;
    this.#setObject(kind, { ...object, data: { ...object.data, [key]: value } });
  }

  #leaveBehind(): void {
    const random = this.#random;
    const { snapshot } = this.#cluster;
    const { plan } = decide(snapshot);
    for (const kind of ['configMap', 'secret'] as const) {
      const object = snapshot.target[kind];
      if (!object) continue;
      const { leftBehind: _, ...rest } = object;
      const names = [...Object.keys(plan[kind]), ...Object.keys(object.data)];
      const kept = new Set(names.filter(() => random.chance(0.5)));
      this.#setObject(kind, random.chance(0.2) ? rest : { ...rest, leftBehind: kept });
    }
  }

  #removeObject(): void {
    const kind = this.#random.pick(['configMap', 'secret'] as const);
    const isThere = this.#cluster.snapshot.target[kind] !== undefined;
    this.#setObject(kind, isThere && this.#random.chance(0.3) ? undefined : liveObject());
  }

  #manage(): void {
    const random = this.#random;
    const kind = random.pick(['configMap', 'secret'] as const);
    const object = this.#cluster.snapshot.target[kind];
    if (!object) return;
    const keys = Object.keys(object.data).filter(() => random.chance(0.6));
    const manager = { name: 'kubectl', operation: 'Update' as const, time: '', keys: new Set(keys) };
    this.#setObject(kind, {
      ...object,
      ...random.pick<Partial<LiveObject>>([
        { owned: new Set(keys) },
        { owned: new Set() },
        { managers: [manager] },
        { owners: [{ kind: 'SealedSecret', name: 'x' }] },
        { unseenBytes: random.pick([0, 50_000, 1_000_000]) },
      ]),
    });
  }

  /** Somebody removes or breaks the annotation of an AppProject. */
  #annotate(): void {
    const { target } = this.#cluster.snapshot;
    if (!target.projects || target.projects.size === 0) return;
    const name = this.#random.pick([...target.projects.keys()]);
    const annotation = this.#random.pick([undefined, '- no', '[]']);
    const next = { resourceVersion: '7', ...(annotation !== undefined && { annotation }) };
    this.#cluster.set({ target: { ...target, projects: new Map([...target.projects, [name, next]]) } });
  }

  #credentials(): void {
    const random = this.#random;
    const { credentials } = this.#cluster.snapshot;
    if (credentials.size === 0) return;
    const [name, before] = random.pick([...credentials]);
    const token = random.pick(['a1b2', 'c3d4']).repeat(16);
    const next = random.pick<CredentialSecret | undefined>([
      undefined,
      structuredClone(before),
      { state: 'missing' },
      { state: 'unreadable', message: random.pick(['one', 'two']) },
      ...[1, 2, 3, 4, 5].map(() => found({ webhook: token, secret: SECRET })),
      found({ webhook: token }),
      found({ webhook: 'nothing', secret: SECRET }),
      { state: 'found', data: { secret: SECRET }, tooLong: new Set(['webhook']) },
    ]);
    const others = [...credentials].filter(([each]) => each !== name);
    this.#cluster.set({ credentials: new Map(next ? [...others, [name, next]] : others) });
  }

  #deliver(): void {
    const random = this.#random;
    const { snapshot } = this.#cluster;
    const { robots } = decide(snapshot).resolution;
    const checks = deliveryChecks(robots, snapshot, { guard: (_, work) => work() });
    if (checks.length === 0) return;
    const { robot, fingerprint, requested } = random.pick(checks);
    const outcome = random.pick([
      { reason: 'Delivering', class: 'ok', errcode: 0 },
      { reason: 'IPNotAllowed', class: 'final', errcode: 310_000, words: 'ip 203.0.113.7 not in whitelist' },
    ] as const);
    const sendingAt = '2026-11-23T08:00:00Z';
    const memory = random.pick<CheckMemory | undefined>([
      undefined,
      { requested },
      { requested, announced: { fingerprint, sendingAt } },
      { requested, retracted: sendingAt },
      { requested: 'x', observation: { fingerprint, outcome, checkedAt: snapshot.now } },
      { requested, observation: { fingerprint, outcome, checkedAt: snapshot.now } },
    ]);
    const others = [...snapshot.deliveries].filter(([each]) => each !== robot);
    this.#cluster.set({ deliveries: new Map(memory ? [...others, [robot, memory]] : others) });
  }
}
