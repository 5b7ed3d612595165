import type { NotificationSubscription, NotificationTemplate } from '../../operator/api/kinds.ts';
import type { ApplicationCriteria, SubscribedEvent } from '../../operator/api/types.generated.ts';
import { subscription, template } from '../../operator/core/testing/fixtures.ts';
import type { Corpus } from './corpus.ts';
import { expression } from './expressions.ts';
import { clip, mutate } from './mutations.ts';
import { Random } from './random.ts';
import { goTemplate } from './templates.ts';
import { typedCase } from './typed-cases.ts';

/** Where the Go templates are: they are for trusted namespaces only. */
export const TRUSTED = 'argocd';

/** Where everybody else is; as long as a name may be. */
export const TENANT = `team-${'x'.repeat(58)}`;

/** A robot that each of the two namespaces has. */
export const ROBOT = 'bot';

/** What somebody might apply together: a subscription, and its template if it has one. */
export interface Case {
  readonly index: number;
  readonly template?: NotificationTemplate;
  readonly subscription: NotificationSubscription;
}

const CATALOGUE = [
  'on-created',
  'on-deleted',
  'on-deployed',
  'on-health-degraded',
  'on-health-suspended',
  'on-sync-failed',
  'on-sync-running',
  'on-sync-succeeded',
];
const GLOBS = [
  '*',
  '?',
  'canary-*',
  '*-*-*',
  'a.b',
  `${'*a'.repeat(126)}*`,
  '*'.repeat(253),
  'a'.repeat(253),
];
const LABELS = ['', 'gold', 'A_b.c-d', '0', 'true', 'null', 'a'.repeat(63)];
const KEYS = ['tier', 'a.b/c', `${'a.'.repeat(126)}a/${'K'.repeat(63)}`, 'true', '1', 'x_y-z.w'];

/** What is another value each time: as oncePer it would have the controller send without end. */
const VOLATILE = [
  'app.metadata.resourceVersion',
  'string(time.Now())',
  'now()',
  'app.metadata.annotations',
  'app',
];

/** The case of this number, which follows from the seed and the number alone. */
export function makeCase(seed: number, index: number, corpus: Corpus): Case {
  const random = new Random(seed, index);
  const name = `f${index}${random.chance(0.1) ? `-${'n'.repeat(60 - String(index).length)}x` : ''}`.slice(
    0,
    63,
  );
  if (random.chance(0.35)) return { index, subscription: ofTenant(random, name, corpus) };
  if (random.chance(0.5)) return typedCase(random, index, name, random.pick([TENANT, TRUSTED]), corpus);
  const raw = clip(
    from(random, corpus.templates, () => goTemplate(random)),
    32_768,
  );
  const event: SubscribedEvent = random.chance(0.3)
    ? ownEvent(random, 'own', corpus)
    : { name: 'own', when: 'true' };
  return {
    index,
    template: template({ namespace: TRUSTED, name }, raw),
    subscription: subscription(
      { namespace: TRUSTED, name },
      { robots: [{ name: ROBOT }], applications: { all: true }, events: [{ ...event, template: { name } }] },
    ),
  };
}

function ofTenant(random: Random, name: string, corpus: Corpus): NotificationSubscription {
  const events = Array.from({ length: random.pick([1, 1, 1, 2]) }, (_, position) =>
    random.chance(0.15)
      ? { trigger: random.pick(CATALOGUE), name: `e${position}` }
      : ownEvent(random, random.chance(0.1) ? `e${position}${'e'.repeat(61)}` : `e${position}`, corpus),
  );
  const applications = random.chance(0.5) ? { all: true } : criteria(random);
  // The schema's tuples have more lengths than a type can follow.
  const spec = {
    robots: [{ name: ROBOT }],
    applications,
    events,
  } as unknown as NotificationSubscription['spec'];
  return subscription({ namespace: TENANT, name }, spec);
}

function ownEvent(random: Random, name: string, corpus: Corpus): SubscribedEvent {
  const made = (most: number): string =>
    clip(
      from(random, corpus.expressions, () => expression(random)),
      most,
    );
  if (random.chance(0.01)) return { name, when: 'true', oncePer: random.pick(VOLATILE) };
  return {
    name,
    when: random.chance(0.2) ? random.pick(['true', "app.metadata.name != ''"]) : made(1024),
    ...(random.chance(0.2) && { oncePer: made(512) }),
    ...(random.chance(0.15) && { eventTime: made(256) }),
  };
}

/** A text of the corpus, one that was tampered with, or one out of the grammar, tampered with or not. */
function from(random: Random, corpus: readonly string[], grow: () => string): string {
  if (random.chance(0.1)) return random.pick(corpus);
  if (random.chance(0.6)) return random.chance(0.2) ? mutate(random, grow(), corpus) : grow();
  const text = random.pick(corpus);
  return random.chance(0.8) ? mutate(random, text, corpus) : text;
}

function criteria(random: Random): ApplicationCriteria {
  const some = (values: readonly string[]): string[] => [
    ...new Set(random.many(1, 6, () => random.pick(values))),
  ];
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
  const values = operator === 'In' || operator === 'NotIn' ? { values: some(LABELS) } : {};
  const label = { [random.pick(KEYS)]: random.pick(LABELS) };
  const chosen: ApplicationCriteria[] = [
    { projects: some(['default', 'payments', 'a'.repeat(253)]) },
    { names: some(GLOBS) },
    { namespaces: some(['argocd', 'on', '0', 'null']) },
    { destinationNamespaces: some(['default', 'a'.repeat(63)]) },
    { clusters: some(['in-cluster', 'https://kubernetes.default.svc', 'https://[::1]:6443', 'a@b:c/d']) },
    { selector: { matchLabels: label, matchExpressions: [{ key: random.pick(KEYS), operator, ...values }] } },
  ];
  return Object.assign({}, ...random.many(1, 3, () => random.pick(chosen)));
}
