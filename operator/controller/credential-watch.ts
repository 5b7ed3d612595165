import { metadataSource } from '../kubernetes/metadata-source.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import type { OpenWatch } from '../kubernetes/watch.ts';
import { globMatches } from '../lib/glob.ts';
import { Limiter } from '../lib/limiter.ts';
import type { Log } from '../lib/log.ts';
import type { CacheFigure } from '../metrics/api-metrics.ts';

/** Lists at once, so that the lists of many namespaces do not hold up a write. */
const LISTS_AT_ONCE = 2;
/** The interval of complete lists. Secrets are read again anyway, so a list is seldom needed. */
const RELIST_AFTER_MS = 3_600_000;

/** The part of a Secret that is kept: nothing that a tenant could make large. */
interface SecretMark extends KubernetesObject {
  /** A copy of the resourceVersion: a cache does not take a new resourceVersion alone for a change. */
  readonly version: string;
}

export interface CredentialWatchOptions {
  readonly api: { readonly request: ApiCall; readonly watch: OpenWatch };
  /** Secrets with all these labels in all namespaces; or all Secrets of the namespaces that match. Both empty: none. */
  readonly select: {
    readonly matchLabels: Readonly<Record<string, string>>;
    readonly namespaces: readonly string[];
  };
  /** How many namespaces are watched at once; each takes a connection. Default: 200. */
  readonly maxNamespaces?: number;
  /** A Secret has appeared, changed or, where there is no version, gone. */
  readonly onChange: (namespace: string, name: string, resourceVersion: string | undefined) => void;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Watches the metadata of Secrets, where an admin has granted that. The watch is a hint to read a Secret, and nothing
 * waits for it: where the right is missing, or the watch is late, Secrets are read again at their interval.
 */
export class CredentialWatch {
  readonly #options: CredentialWatchOptions;
  readonly #api: CredentialWatchOptions['api'];
  /** By namespace; '' stands for all namespaces. */
  readonly #watches = new Map<string, Reflector<SecretMark>>();
  readonly #ending = new Set<Promise<void>>();
  /** The counts of watches that have ended. */
  #ended: Counts = { lists: 0, failures: 0 };
  readonly #limit: number;
  #isFull = false;
  #stopped = false;

  constructor(options: CredentialWatchOptions) {
    this.#options = options;
    this.#limit = options.maxNamespaces ?? 200;
    const lists = new Limiter(LISTS_AT_ONCE);
    const { request, watch } = options.api;
    this.#api = { request: (call) => lists.run(() => request(call), call.signal), watch };
  }

  /** All watches as one, for metrics; empty while there is none. */
  get figure(): CacheFigure[] {
    const watches = [...this.#watches.values()];
    if (watches.length === 0) return [];
    const ages = watches.flatMap(({ ageMs }) => ageMs ?? []);
    const figure = {
      name: 'credentials',
      synced: watches.every(({ synced }) => synced),
      ageMs: ages.length === 0 ? undefined : Math.max(...ages),
      missingRight: watches.find(({ missingRight }) => missingRight !== undefined)?.missingRight,
      ...watches.reduce((sum, { counts }) => plus(sum, counts), this.#ended),
    };
    return [figure];
  }

  /** Watches what the selection allows, for the Secrets of robots in these namespaces, and nothing else. */
  follow(namespaces: ReadonlySet<string>): void {
    if (this.#stopped) return;
    const wanted = this.#wanted(namespaces);
    for (const [namespace, watch] of this.#watches) {
      if (wanted.has(namespace)) continue;
      this.#watches.delete(namespace);
      this.#end(watch);
    }
    const fresh = [...wanted].filter((namespace) => !this.#watches.has(namespace));
    const free = this.#limit - this.#watches.size;
    for (const namespace of fresh.slice(0, free)) this.#begin(namespace);
    this.#tellIfFull(fresh.slice(free));
  }

  /** Ends everything. Resolves when the last request has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const watch of this.#watches.values()) this.#end(watch);
    this.#watches.clear();
    await Promise.all(this.#ending);
  }

  #wanted(namespaces: ReadonlySet<string>): ReadonlySet<string> {
    const { matchLabels, namespaces: patterns } = this.#options.select;
    if (Object.keys(matchLabels).length > 0) return new Set(namespaces.size > 0 ? [''] : []);
    const matches = (namespace: string) => patterns.some((pattern) => globMatches(pattern, namespace));
    return new Set([...namespaces].filter(matches));
  }

  #begin(namespace: string): void {
    const { select, onChange, clock, random, log } = this.#options;
    const path = resourcePath({ version: 'v1', plural: 'secrets', namespace: namespace || undefined });
    const labels = Object.entries(select.matchLabels).map(([key, value]) => `${key}=${value}`);
    const watch = new Reflector<SecretMark>({
      ...metadataSource<SecretMark>(this.#api, path, { labelSelector: labels.join(',') || undefined }),
      name: namespace === '' ? 'credentials' : `credentials in ${namespace}`,
      transform: markOf,
      relistAfterMs: RELIST_AFTER_MS,
      onChange: (event) => {
        if (event.type === 'synced') return;
        const { metadata } = event.object;
        const version = event.type === 'deleted' ? undefined : metadata.resourceVersion;
        onChange(metadata.namespace as string, metadata.name, version);
      },
      backoff: { random },
      clock,
      log,
    });
    this.#watches.set(namespace, watch);
    watch.start();
  }

  #end(watch: Reflector<SecretMark>): void {
    this.#ended = plus(this.#ended, watch.counts);
    const ended = watch.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** Says so once, and not with each lookup. */
  #tellIfFull(others: readonly string[]): void {
    const isFull = others.length > 0;
    if (isFull && !this.#isFull) {
      const fields = { limit: this.#limit, count: others.length, namespaces: others.slice(0, 10) };
      this.#options.log.warn(
        fields,
        'too many namespaces to watch the Secrets of all robots; in the others, Secrets are only read again at their interval',
      );
    }
    this.#isFull = isFull;
  }
}

type Counts = Pick<CacheFigure, 'lists' | 'failures'>;

const plus = (a: Counts, b: Counts): Counts => ({
  lists: a.lists + b.lists,
  failures: a.failures + b.failures,
});

function markOf({ metadata }: SecretMark): SecretMark {
  const { name, namespace, uid, resourceVersion } = metadata;
  const needed = { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion };
  return { apiVersion: 'v1', kind: 'Secret', metadata: needed, version: resourceVersion };
}
