import * as z from 'zod';
import type { ApplicationRouteSpec, RelayRoute } from '../api/relay-route.ts';
import { triggerKey } from '../argocd/names.ts';
import { isGranted } from '../core/resolve/application-access.ts';
import { type DescribedApplication, meetsCriteria } from '../core/resolve/criteria-match.ts';
import { own } from '../lib/own.ts';

/** A RelayRoute that the relay works with. */
export interface LoadedRoute {
  /** The name of the RelayRoute. */
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly spec: ApplicationRouteSpec;
  /** Whether its conditions can hold for an Application. The engine says whether they do. */
  isAbout(application: DescribedApplication): boolean;
}

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

/** The shape of {@link ApplicationRouteSpec}. Further fields are those of a later version, which a relay may leave alone. */
const specSchema = z.object({
  subscription: z.object({ namespace: name, name, uid: name, generation: z.int() }),
  scope: z.object({
    open: z.boolean(),
    projects: patterns,
    clusters: patterns.optional(),
    applications: criteria,
  }),
  configMap: z.record(z.string().max(253), z.string()),
  events: z.array(z.object({ name, trigger: name, catalogueName: name.optional() })).max(100),
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
});

/** Reads a RelayRoute. The operator wrote it, perhaps in another version, and perhaps somebody has edited it. */
export function readRoute({ metadata, spec }: RelayRoute): RouteReading {
  const result = specSchema.safeParse(spec);
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = ['spec', ...(issue?.path ?? [])].join('.').slice(0, 300);
    return {
      ok: false,
      problem: `${field}: the value is missing, or has another form than this relay knows`,
    };
  }
  // The schema has the same fields; an optional one that is absent is not there at all.
  const read = result.data as ApplicationRouteSpec;
  const lost = read.events.find(({ trigger }) => own(read.configMap, triggerKey(trigger)) === undefined);
  if (lost) return { ok: false, problem: `spec.configMap: the trigger of the event ${lost.name} is missing` };
  const { namespace } = read.subscription;
  const { applications, ...access } = read.scope;
  const grants = { namespace, ...access };
  const isAbout = (application: DescribedApplication): boolean =>
    isGranted(grants, application) && meetsCriteria(applications, application);
  return {
    ok: true,
    route: { name: metadata.name, uid: metadata.uid, generation: metadata.generation, spec: read, isAbout },
  };
}
