/**
 * The HTTP endpoints of the operator and of the relay: /livez, /readyz and /metrics. liveness.ts and readiness.ts judge, http-server.ts
 * serves, and this file says which address has which path.
 */

import { type Answer, HttpServer, type Route } from './http-server.ts';
import { isAlive, type LoopFacts } from './liveness.ts';
import type { Readiness } from './readiness.ts';

/** The sources of the answers. */
export interface EndpointSources {
  readonly loop: () => LoopFacts;
  readonly readiness: () => Readiness;
  /** The metrics in Prometheus' text format. */
  readonly scrape: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Where to serve, each as `host:port`. Paths without an address are not served. */
export interface EndpointAddresses {
  /** For /metrics. */
  readonly metrics?: string | undefined;
  /** For /livez and /readyz. */
  readonly health?: string | undefined;
}

/** Servers that listen. */
export interface Endpoints {
  /** The ports, by address. */
  readonly ports: ReadonlyMap<string, number>;
  /** Ends all connections at once. */
  close(): void;
}

/**
 * Serves the endpoints: one server for each address.
 * @throws Error if an address cannot be used; then nothing is served
 */
export async function serveEndpoints(
  sources: EndpointSources,
  { metrics, health }: EndpointAddresses,
): Promise<Endpoints> {
  const paths = new Map<string, Map<string, Route>>();
  const add = (address: string | undefined, path: string, route: Route): void => {
    if (address === undefined) return;
    const routes = paths.get(address) ?? new Map<string, Route>();
    paths.set(address, routes.set(path, route));
  };
  const scrape = onceASecond(sources);
  add(metrics, '/metrics', async () => ({ status: 200, ...(await scrape()) }));
  add(health, '/livez', () => livez(sources.loop()));
  add(health, '/readyz', (query) => readyz(sources.readiness(), query));
  const servers = [...paths].map(([address, routes]) => ({ address, server: new HttpServer(routes) }));
  const close = () => {
    for (const { server } of servers) server.close();
  };
  const ports = new Map<string, number>();
  try {
    for (const { address, server } of servers) ports.set(address, await server.listen(address));
  } catch (error) {
    close();
    throw error;
  }
  return { ports, close };
}

/** Each text costs a look at all resources, and anybody may ask. */
const SCRAPE_EVERY_MS = 1_000;

function onceASecond({ scrape, loop }: EndpointSources): EndpointSources['scrape'] {
  let last: { readonly at: number; readonly text: ReturnType<typeof scrape> } | undefined;
  return () => {
    const { now } = loop();
    if (!last || now - last.at >= SCRAPE_EVERY_MS) last = { at: now, text: scrape() };
    return last.text;
  };
}

const PLAIN = 'text/plain; charset=utf-8';

function livez(facts: LoopFacts): Answer {
  if (isAlive(facts)) return { status: 200, contentType: PLAIN, text: 'ok\n' };
  return { status: 503, contentType: PLAIN, text: 'a run of the operator does not end\n' };
}

/** One line for each check, as Kubernetes' own components answer with `?verbose`; `?format=json` for programs. */
function readyz({ ready, checks }: Readiness, query: URLSearchParams): Answer {
  const status = ready ? 200 : 503;
  if (query.get('format') === 'json')
    return { status, contentType: 'application/json', text: `${JSON.stringify({ ready, checks })}\n` };
  const lines = checks.map(({ name, ok, message }) =>
    ok ? `[+]${name} ok` : `[-]${name}: ${oneLine(message)}`,
  );
  const sum = `readyz check ${ready ? 'passed' : 'failed'}`;
  return { status, contentType: PLAIN, text: `${[...lines, sum].join('\n')}\n` };
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
