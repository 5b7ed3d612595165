import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { readCrd, type Schema } from './crd-files.ts';
import { API_VERSION, GROUP, VERSION } from './kinds.ts';
import {
  type ApplicationRouteSpec,
  type GiteeRouteSpec,
  RELAY_ROUTE,
  type RelayRoute,
} from './relay-route.ts';

/** Every field, also the optional ones. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { readonly [Field in keyof T]-?: Whole<NonNullable<T[Field]>> }
    : T;

const secretKey = { name: 'payments-dingtalk', key: 'webhook' };

/** The compiler asks for each field of the types, and refuses any other. */
const WHOLE: Whole<Omit<RelayRoute<Omit<ApplicationRouteSpec, 'gitee'>>, 'metadata'>> = {
  apiVersion: API_VERSION,
  kind: RELAY_ROUTE.kind,
  spec: {
    subscription: { namespace: 'team', name: 'payments', uid: '1-2', generation: 3 },
    scope: {
      open: false,
      projects: ['pay-*'],
      clusters: ['https://1.2.3.4'],
      applications: {
        all: true,
        projects: ['payments'],
        names: ['pay-*'],
        namespaces: ['argocd'],
        destinationNamespaces: ['pay'],
        clusters: ['in-cluster'],
        selector: {
          matchLabels: { tier: 'gold' },
          matchExpressions: [{ key: 'team', operator: 'In', values: ['a'] }],
        },
      },
    },
    configMap: { 'trigger.dt_team_payments_on-deployed': '[]' },
    events: [{ name: 'on-deployed', trigger: 'dt_team_payments_on-deployed', catalogueName: 'on-deployed' }],
    robots: [
      {
        namespace: 'team',
        name: 'payments',
        service: 'dt_team_payments',
        webhook: secretKey,
        signing: secretKey,
        locale: 'zh-CN',
        timeZone: 'Asia/Shanghai',
        keywords: ['发布'],
        pool: [{ webhook: secretKey, signing: secretKey }],
        quietHours: {
          ...{ from: '22:00', to: '08:00', timeZone: 'Asia/Shanghai', days: ['Mon'] },
          except: { events: ['on-sync-failed'], mentions: true },
        },
      },
    ],
  },
  status: {
    observedGeneration: 1,
    robots: [
      {
        namespace: 'team',
        name: 'payments',
        member: 4,
        at: '2026-11-23T08:00:00Z',
        reason: 'IPNotAllowed',
        errcode: 310_000,
        words: 'ip 1.2.3.4 not in whitelist',
        ip: '1.2.3.4',
      },
    ],
  },
};

const WHOLE_GITEE: Whole<Omit<GiteeRouteSpec, 'scope'>> = {
  subscription: WHOLE.spec.subscription,
  gitee: { baseUrl: 'https://gitee.com', repository: 'payments/shop', branches: ['main'], tags: ['v*'] },
  configMap: { 'template.dt_team_payments_gitee-push': '{}' },
  events: [
    {
      name: 'gitee-push',
      trigger: 'dt_team_payments_gitee-push',
      catalogueName: 'gitee-push',
      actions: ['push'],
      templates: ['dt_team_payments_gitee-push'],
    },
  ],
  robots: WHOLE.spec.robots,
};

const crd = await readCrd(RELAY_ROUTE.plural);
const schema = crd.spec.versions.find(({ name }) => name === VERSION)?.schema.openAPIV3Schema ?? {};
const { metadata: _, ...properties } = schema.properties ?? {};

it('has a CRD of its name', () => {
  expect(crd.spec.group).toBe(GROUP);
  expect(crd.spec.names.kind).toBe(RELAY_ROUTE.kind);
});

it('has the same fields in the CRD as in the code', () => {
  const inCode = new Set([...pathsIn(WHOLE, ''), ...pathsIn({ spec: WHOLE_GITEE }, '')]);
  expect(fieldsOf({ properties }).sort()).toEqual([...inCode].sort());
});

it.each([
  ['applications', WHOLE],
  ['a Gitee repository', { ...WHOLE, spec: WHOLE_GITEE }],
])('is valid with each field about %s', (_, route) => {
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(route);
  expect(validate.errors ?? []).toEqual([]);
});

it('has a description and a limit for each field', () => {
  const nodes = [...walk({ properties })];
  expect(nodes.filter(({ node }) => !node.description).map(({ path }) => path)).toEqual([]);
  const unlimited = nodes.filter(
    ({ node }) =>
      (node.type === 'string' && node.maxLength === undefined && !node.enum) ||
      (node.type === 'array' && node.maxItems === undefined) ||
      (node.additionalProperties && node.maxProperties === undefined),
  );
  expect(unlimited.map(({ path }) => path)).toEqual([]);
});

function fieldsOf(node: Schema): string[] {
  return [...walk(node)].map(({ path }) => path);
}

function* walk(node: Schema, path = ''): Generator<{ path: string; node: Schema }> {
  if (path !== '') yield { path, node };
  for (const [name, property] of Object.entries(node.properties ?? {}))
    yield* walk(property, `${path}.${name}`);
  if (node.items) yield* walk(node.items, `${path}[]`);
  if (node.additionalProperties) yield* walk(node.additionalProperties, `${path}.*`);
}

/** The maps, whose keys are anybody's choice. */
const MAPS = ['.spec.configMap', '.spec.scope.applications.selector.matchLabels'];

function pathsIn(value: unknown, path: string): string[] {
  const here = path === '' ? [] : [path];
  if (Array.isArray(value)) return [...here, ...pathsIn(value[0], `${path}[]`)];
  if (typeof value !== 'object' || value === null) return here;
  return [
    ...here,
    ...Object.entries(value).flatMap(([name, inner]) =>
      pathsIn(inner, `${path}.${MAPS.includes(path) ? '*' : name}`),
    ),
  ];
}
