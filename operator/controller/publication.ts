import { setTimeout } from 'node:timers/promises';
import { INSTALLATION_FIELD_MANAGER } from '../api/field-managers.ts';
import { INSTALLATION, INSTALLATION_KEYS, TESTED_WITH } from '../api/installation.ts';
import { OPERATOR_VERSION } from '../api/version.ts';
import { readObject } from '../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { publishedTexts } from '../config/published.ts';
import { ForbiddenError } from '../kubernetes/api-error.ts';
import { serverSideApply } from '../kubernetes/apply.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import type { Log } from '../lib/log.ts';
import { own } from '../lib/own.ts';
import { rfc3339 } from '../lib/rfc3339.ts';

/** Another writer, or an API server that is down for a moment. */
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;

/** The surroundings of a publication. */
export interface PublicationContext {
  readonly request: ApiCall;
  /** As the file has it, without the jitter of this process. */
  readonly config: OperatorConfiguration;
  /** By the API server's clock. */
  readonly now: () => Date;
  readonly log: Log;
  /** Ends early, and may reject, when the signal aborts; milliseconds. Default: a timer. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** The data of the ConfigMaps, by name, without the time. The same configuration gives the same bytes. */
export function publishedData(
  config: OperatorConfiguration,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const { everybody, admins } = publishedTexts(config);
  const { configuration, version, tested } = INSTALLATION_KEYS;
  return new Map([
    [INSTALLATION.everybody, { [configuration]: everybody, [version]: OPERATOR_VERSION, [tested]: TESTED }],
    [INSTALLATION.admins, { [configuration]: admins }],
  ]);
}

/**
 * Tells everybody what this installation runs with: writes the ConfigMaps that differ. Call it when this process begins to lead. It never
 * rejects: the log names a failure, which the notifications do not depend on.
 * @param signal ends it early
 */
export async function publishInstallation(context: PublicationContext, signal: AbortSignal): Promise<void> {
  const writes = [...publishedData(context.config)].map(([name, data]) =>
    publish(name, data, context, signal),
  );
  await Promise.all(writes);
}

async function publish(
  name: string,
  data: Readonly<Record<string, string>>,
  { log, pause = timer, ...context }: PublicationContext,
  signal: AbortSignal,
): Promise<void> {
  const object = `ConfigMap ${context.config.target.namespace}/${name}`;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const outcome = await writeIfChanged(name, data, context);
      if (outcome === 'written') log.info({ object }, 'published the configuration');
      if (outcome === 'missing') log.warn({ object }, MISSING);
      return;
    } catch (err) {
      if (signal.aborted) return;
      if (attempt === MAX_ATTEMPTS || err instanceof ForbiddenError) {
        log.warn({ object, err }, 'cannot publish the configuration');
        return;
      }
    }
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal).catch(() => undefined);
  }
}

/** A line for each, which is YAML too. */
const TESTED = Object.entries(TESTED_WITH)
  .map(([name, of]) => `${name}: ${of}\n`)
  .join('');

const timer = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal });

const MISSING =
  'the ConfigMap is missing, so the commands do not know the configuration; apply config/default of this version, and restart the operator';

async function writeIfChanged(
  name: string,
  data: Readonly<Record<string, string>>,
  { request, config, now }: Pick<PublicationContext, 'request' | 'config' | 'now'>,
): Promise<'written' | 'unchanged' | 'missing'> {
  const { namespace } = config.target;
  const live = await readObject(request, { version: 'v1', plural: 'configmaps', namespace, name });
  if (!live) return 'missing';
  if (Object.entries(data).every(([key, value]) => own(live.data, key) === value)) return 'unchanged';
  const { uid, resourceVersion } = live.metadata;
  await serverSideApply(request, {
    kind: 'ConfigMap',
    namespace,
    name,
    uid,
    resourceVersion,
    fieldManager: INSTALLATION_FIELD_MANAGER,
    data: { ...data, [INSTALLATION_KEYS.updatedAt]: rfc3339(now()) },
  });
  return 'written';
}
