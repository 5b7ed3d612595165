import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Decision } from '../../core/decide.ts';

/** The operator's part of the two objects that Argo CD reads, as manifests. */
export interface RenderedTarget {
  readonly configMap: RenderedObject & { readonly data: Data };
  /** No value works: each describes the value on a cluster. */
  readonly secret: RenderedObject & { readonly stringData: Data };
}

interface RenderedObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap' | 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
}

type Data = Readonly<Record<string, string>>;

/** The result of a decision in an empty target. Keys are sorted. */
export function renderTarget({ plan, writes }: Decision, { target }: OperatorConfiguration): RenderedTarget {
  const subscriptions = writes.steps.find((step) => step.kind === 'subscriptions')?.text;
  const shared = subscriptions === undefined ? {} : { [SUBSCRIPTIONS_KEY]: subscriptions };
  const urls = [...plan.robots].map(([robot, { service, fragment }]) => {
    const isSigned = fragment?.credential.signingSecret !== undefined;
    return [service, `[${isSigned ? 'signed URL' : 'URL'} of ${robot}]`];
  });
  const { namespace } = target;
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: target.configMap, namespace },
      data: sorted({ ...plan.configMap, ...shared }),
    },
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: target.secret, namespace },
      stringData: sorted(Object.fromEntries(urls)),
    },
  };
}

const sorted = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
