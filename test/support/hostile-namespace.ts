import type { NotificationSubscription, NotificationTemplate } from '../../operator/api/kinds.ts';
import {
  credentialsSecret,
  newCredentials,
  robot,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { crdChecks } from '../../operator/files/crd-check.ts';

/**
 * What one namespace can hold that costs the operator most, each kind by itself and all of them together: as manifests, which
 * kubectl and the API server take, and which `stored` in stored.ts makes what a decision gets.
 */

/** A manifest of a custom resource or of a Secret. */
export interface HostileManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** The robot that all hostile subscriptions name, and its Secret. */
export const HOSTILE_ROBOT = 'bot';

/** Names that every object of JavaScript has, as far as they may be keys of a Secret. */
const PROTOTYPE_KEYS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'toJSON'];

const CATALOGUE = ['on-created', 'on-deleted', 'on-deployed', 'on-health-degraded', 'on-sync-failed'];
const PARAM_LENGTHS = [1_000_000, 100_000, 10_000, 1_000, 253, 128, 63, 32];

/** The robot that the others name. */
export function hostileRobot(namespace: string): HostileManifest[] {
  const where = { namespace, name: HOSTILE_ROBOT };
  const { token, secret } = newCredentials();
  return [credentialsSecret(where, { webhook: token, secret }), robot(where)];
}

/** Robots whose keys of the Secret are names that every object of JavaScript has. */
export function prototypeKeys(namespace: string, count: number): HostileManifest[] {
  return numbered(count, (index) => {
    const key = PROTOTYPE_KEYS[index % PROTOTYPE_KEYS.length] as string;
    const secretKeyRef = { name: HOSTILE_ROBOT, key };
    return robot(
      { namespace, name: `key-${index}` },
      { webhook: { secretKeyRef }, signing: { secretKeyRef } },
    );
  });
}

/** Subscriptions of twenty conditions of 1 KB, no two of them alike; each is a question to the engine, and refused at length. */
export function manyConditions(namespace: string, count: number): HostileManifest[] {
  return numbered(count, (index) => {
    const events = numbered(20, (event) => ({ name: `e${event}`, when: condition(index * 20 + event) }));
    return subscriptionOf({ namespace, name: `ask-${index}` }, events);
  });
}

const condition = (suffix: number): string =>
  [...numbered(120, (index) => `f${index}()`), `g${suffix}()`].join('||');

/** Subscriptions that name a param which their template does not have, as long as the CRD takes it. */
export async function longParams(namespace: string, count: number): Promise<HostileManifest[]> {
  const name = 'p'.repeat(await longestParam(namespace));
  const template = typedTemplate(
    { namespace, name: 'params' },
    {
      message: { text: { content: '{{app.metadata.name}}' } },
      params: Object.fromEntries(numbered(20, (index) => [`${name.slice(0, -3)}${index}`.slice(-200), 'x'])),
    },
  );
  const subscriptions = numbered(count, (index) =>
    paramSubscription({ namespace, name: `param-${index}` }, name),
  );
  return [template, ...subscriptions];
}

const paramSubscription = (where: HostileManifest['metadata'], name: string) =>
  subscriptionOf(where, [{ trigger: 'on-deployed', template: { name: 'params', params: { [name]: 'x' } } }]);

/** How long the name of a param can be, by the CRD as it is shipped. */
async function longestParam(namespace: string): Promise<number> {
  const check = (await crdChecks()).NotificationSubscription;
  const isTaken = (length: number) =>
    check.violations(paramSubscription({ namespace, name: 'x' }, 'p'.repeat(length))).length === 0;
  const found = PARAM_LENGTHS.find(isTaken);
  if (found === undefined) throw new Error('the CRD takes no param of any length that is tried');
  return found;
}

/** Valid subscriptions of that many bytes, all of them to one robot, of which a quota leaves one or two. */
export function crowd(namespace: string, count: number, bytes = 2_000): HostileManifest[] {
  const [names, length] = bytes > 1_000 ? [40, Math.floor((bytes - 300) / 40) - 3] : [4, 20];
  return numbered(count, (index) =>
    subscription(
      { namespace, name: `crowd-${index}` },
      {
        robots: [{ name: HOSTILE_ROBOT }],
        applications: {
          names: numbered(names, (each) =>
            `${index}-${each}-${'n'.repeat(length)}`.slice(0, length),
          ) as never,
        },
        events: [{ trigger: 'on-deployed' }],
      },
    ),
  );
}

/** A template and a subscription that uses it for twenty events. */
export function manyEvents(namespace: string): HostileManifest[] {
  const events = numbered(20, (index) => ({
    name: `e${index}`,
    trigger: CATALOGUE[index % CATALOGUE.length] as string,
    template: { name: 'words' },
  }));
  return [editedTemplate(namespace, 0), subscriptionOf({ namespace, name: 'events' }, events)];
}

/** The template after so many edits: 8 KB, most of it code. */
export function editedTemplate(
  namespace: string,
  edit: number,
): HostileManifest & NotificationTemplateManifest {
  const line = '{{#if app.status.health.status}}{{upper (default app.metadata.name "x")}}{{/if}} ';
  const text = `${edit} ${line.repeat(100)}`.slice(0, 8_192).replace(/\{\{[^}]*\}?$/, '');
  const whole = text.lastIndexOf('{{/if}}') + '{{/if}}'.length;
  return typedTemplate(
    { namespace, name: 'words' },
    { message: { markdown: { title: 'edited', text: text.slice(0, whole) } } },
  );
}

type NotificationTemplateManifest = { readonly spec: NotificationTemplate['spec'] };

/** So many resources of all these kinds in one namespace, its Secret not counted: 3 000 are about 6 MB. */
export async function hostileNamespace(namespace: string, resources = 3_000): Promise<HostileManifest[]> {
  const [secret, ...robots] = hostileRobot(namespace);
  const some = [...robots, ...manyEvents(namespace), ...(await longParams(namespace, 2))];
  const conditions = manyConditions(namespace, Math.min(115, Math.floor(resources / 26)));
  const keys = prototypeKeys(namespace, Math.floor(resources / 4));
  const rest = resources - some.length - conditions.length - keys.length;
  return [secret as HostileManifest, ...some, ...conditions, ...keys, ...crowd(namespace, rest, 1_500)];
}

function subscriptionOf(where: HostileManifest['metadata'], events: readonly object[]): HostileManifest {
  // The schema's tuples have more lengths than a type can follow.
  const spec = { robots: [{ name: HOSTILE_ROBOT }], events } as unknown as Partial<
    NotificationSubscription['spec']
  >;
  return subscription(where, spec);
}

const numbered = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.max(0, count) }, (_, index) => make(index));
