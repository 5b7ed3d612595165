import { BlockList, isIP, isIPv4 } from 'node:net';
import type { ClusterView } from './cluster-view.ts';
import { CONTROLLER_LABEL, type ControllerDeployment } from './controllers.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/** Whether Argo CD posts to the relay itself, and not to a proxy. */
export function controllerProxySteps({ snapshot, controllers }: ClusterView): Step[] {
  const { target, relay } = snapshot.config;
  const url = URL.parse(relay.url ?? '');
  if (!url) return [];
  const unclear = 'whether Argo CD posts to the relay by a proxy is not known';
  if (!controllers) return [unknown(`${unclear}: you may not list the Deployments of ${target.namespace}`)];
  if (controllers.length === 0)
    return [unknown(`${unclear}: no Deployment of ${target.namespace} has the label ${CONTROLLER_LABEL}`)];
  return controllers.map((each) => controllerStep(each, url));
}

function controllerStep({ metadata, spec }: ControllerDeployment, url: URL): Step {
  const deployment = `Deployment ${metadata.namespace}/${metadata.name}`;
  const containers = spec?.template?.spec?.containers ?? [];
  const env = containers.flatMap((container) => container.env ?? []);
  // Of two variables with one name, Kubernetes takes the last. Go takes the first name that is not empty.
  const find = (name: string) =>
    [name, name.toLowerCase()]
      .map((each) => env.findLast((variable) => variable.name === each))
      .find((variable) => variable && variable.value !== '');
  const named = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = find(named);
  if (!proxy && containers.some(({ envFrom = [] }) => envFrom.length > 0))
    return unknown(`${deployment} takes variables from other objects, and one of them may be ${named}`);
  if (!proxy) return ok(`${deployment} sets no proxy on the way to the relay`);
  const exceptions = find('NO_PROXY');
  if (exceptions && exceptions.value === undefined)
    return unknown(`${deployment} sets ${proxy.name}, and its ${exceptions.name} comes from another object`);
  if (goesPastProxy(url, exceptions?.value ?? ''))
    return ok(`${deployment} sets ${proxy.name}, and its ${exceptions?.name} excepts ${url.hostname}`);
  return problem(
    `${deployment} sets ${proxy.name}, so Argo CD posts the events for the relay, and the capability, to that proxy`,
    `Add ${url.hostname} to NO_PROXY of the Deployment.`,
  );
}

/** Whether Go, in which Argo CD is written, would make requests to the URL without the proxy. */
export function goesPastProxy({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || isIn(host, '127.0.0.0/8') || host === '::1') return true;
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return noProxy.split(',').some((entry) => excepts(entry.trim().toLowerCase(), host, own));
}

function excepts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry === '') return false;
  if (entry.includes('/')) return isIn(host, entry);
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  if (isIP(host)) return bare === host;
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}

/** Whether an address is in a network, such as `10.0.0.0/8`. */
function isIn(host: string, network: string): boolean {
  const [, address = '', prefix = ''] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? [];
  const length = Number(prefix);
  if (isIP(host) === 0 || isIP(address) !== isIP(host) || length > (isIPv4(address) ? 32 : 128)) return false;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, length, family);
  return list.check(host, family);
}
