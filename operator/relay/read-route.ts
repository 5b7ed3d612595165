import * as z from 'zod';
import type { ApplicationRouteSpec, GiteeRouteSpec, RelayRoute, RelayRouteSpec } from '../api/relay-route.ts';
import { templateKey, triggerKey } from '../argocd/names.ts';
import { isGranted } from '../core/resolve/application-access.ts';
import { type DescribedApplication, meetsCriteria } from '../core/resolve/criteria-match.ts';
import { own } from '../lib/own.ts';

interface RouteOf<Spec extends RelayRouteSpec> {
  /** The name of the RelayRoute. */
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly spec: Spec;
}

/** A route of a subscription about Applications. */
export interface ApplicationRoute extends RouteOf<ApplicationRouteSpec> {
  /** Whether its conditions can hold for an Application. The engine says whether they do. */
  isAbout(application: DescribedApplication): boolean;
}

/** A route of a subscription about a repository of Gitee. */
export type GiteeRoute = RouteOf<GiteeRouteSpec>;

/** A RelayRoute that the relay works with. */
export type LoadedRoute = ApplicationRoute | GiteeRoute;

export const isGiteeRoute = (route: LoadedRoute): route is GiteeRoute => route.spec.gitee !== undefined;

/** A RelayRoute as the relay reads it; `problem` names the field, and no value. */
export type RouteReading =
  | { readonly ok: true; readonly route: LoadedRoute }
  | { readonly ok: false; readonly problem: string };

const name = z.string().min(1).max(253);
const secretKey = z.object({ name, key: z.string().min(1).max(253) });
const patterns = z.array(z.string().max(1_000)).max(10_000);
const expressions = z.array(
  z.object({
    key: z.string(),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(z.string()).optional(),
  }),
);
const criteria = z.object({
  all: z.boolean().optional(),
  projects: patterns.optional(),
  names: patterns.optional(),
  namespaces: patterns.optional(),
  destinationNamespaces: patterns.optional(),
  clusters: patterns.optional(),
  selector: z
    .object({
      matchLabels: z.record(z.string(), z.string()).optional(),
      matchExpressions: expressions.optional(),
    })
    .optional(),
});

const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/);
const quietHours = z.object({
  from: timeOfDay,
  to: timeOfDay,
  timeZone: name,
  days: z
    .array(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']))
    .max(7)
    .optional(),
  except: z.object({ events: z.array(name).max(20).optional(), mentions: z.boolean().optional() }).optional(),
});

/** The fields of every route. Further ones are those of a later version, which a relay may leave alone. */
const routeParts = {
  subscription: z.object({ namespace: name, name, uid: name, generation: z.int() }),
  configMap: z.record(z.string().max(253), z.string()),
  robots: z
    .array(
      z.object({
        namespace: name,
        name,
        service: name,
        webhook: secretKey,
        signing: secretKey.optional(),
        locale: z.enum(['en', 'zh-CN']),
        timeZone: name,
        keywords: z.array(z.string()),
        pool: z
          .array(z.object({ webhook: secretKey, signing: secretKey.optional() }))
          .max(5)
          .optional(),
        quietHours: quietHours.optional(),
      }),
    )
    .max(100),
};

/** The shape of {@link ApplicationRouteSpec}. */
const applicationSpec = z.object({
  ...routeParts,
  scope: z.object({
    open: z.boolean(),
    projects: patterns,
    clusters: patterns.optional(),
    applications: criteria,
  }),
  events: z.array(z.object({ name, trigger: name, catalogueName: name.optional() })).max(100),
});

/** The shape of {@link GiteeRouteSpec}. */
const giteeSpec = z.object({
  ...routeParts,
  scope: z.undefined().optional(),
  gitee: z.object({
    baseUrl: z.string().max(500),
    repository: z.string().max(500),
    branches: patterns.optional(),
    tags: patterns.optional(),
  }),
  events: z
    .array(
      z.object({
        ...{ name, trigger: name, catalogueName: name },
        actions: z.array(name).max(50).optional(),
        templates: z.array(name).max(50),
      }),
    )
    .max(100),
});

/** Reads a RelayRoute. The operator wrote it, perhaps in another version, and perhaps somebody has edited it. */
export function readRoute({ metadata: { name, uid, generation }, spec }: RelayRoute): RouteReading {
  const isAboutGitee = (spec as RelayRouteSpec | undefined)?.gitee !== undefined;
  const result = (isAboutGitee ? giteeSpec : applicationSpec).safeParse(spec);
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = ['spec', ...(issue?.path ?? [])].join('.').slice(0, 300);
    return {
      ok: false,
      problem: `${field}: the value is missing, or has another form than this relay knows`,
    };
  }
  const loaded = { name, uid, generation };
  // The schema has the same fields; an optional one that is absent is not there at all.
  if (isAboutGitee) return giteeRoute({ ...loaded, spec: result.data as GiteeRouteSpec });
  return applicationRoute({ ...loaded, spec: result.data as ApplicationRouteSpec });
}

function giteeRoute(route: GiteeRoute): RouteReading {
  const { configMap, events } = route.spec;
  const lost = events.find(({ templates }) =>
    templates.some((template) => own(configMap, templateKey(template)) === undefined),
  );
  return lost
    ? { ok: false, problem: `spec.configMap: a template of the event ${lost.name} is missing` }
    : { ok: true, route };
}

function applicationRoute(route: RouteOf<ApplicationRouteSpec>): RouteReading {
  const { configMap, events, subscription, scope } = route.spec;
  const lost = events.find(({ trigger }) => own(configMap, triggerKey(trigger)) === undefined);
  if (lost) return { ok: false, problem: `spec.configMap: the trigger of the event ${lost.name} is missing` };
  const { namespace } = subscription;
  const { applications, ...access } = scope;
  const grants = { namespace, ...access };
  const isAbout = (application: DescribedApplication): boolean =>
    isGranted(grants, application) && meetsCriteria(applications, application);
  return { ok: true, route: { ...route, isAbout } };
}
