import type { Finding } from '../../api/finding.ts';
import type { ParsedMessage } from '../../message/parse.ts';
import type { Binding, Node, Value } from '../../template/syntax/nodes.ts';
import { everyNode, valuesOf } from '../../template/syntax/walk.ts';

/**
 * A warning for a text that reads the health of single resources: Argo CD 3 does not store it in the Application.
 *
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/upgrading/2.14-3.0/ (controller.resource.health.persist)
 */
const finding = (field: string): Finding => ({
  reason: 'ResourceHealthMissing',
  message:
    `${field}: Argo CD 3 keeps the health of single resources out of the Application. status.resources[].health is missing, ` +
    'unless controller.resource.health.persist is "true" in argocd-cmd-params-cm.',
});

/** The warnings about a message's templates, by field. */
export const typedHealthWarnings = ({ fields }: ParsedMessage): Finding[] =>
  fields.flatMap(({ path, template }) =>
    readsResourceHealth(template.nodes) ? [finding(`spec.message.${path}`)] : [],
  );

/** The warning about a Go template or an expression, by their usual forms. */
export const textHealthWarnings = (text: string, field: string): Finding[] =>
  /\bstatus\??\.resources\b/.test(text) && /(?<!\bstatus\??)\.health\b/.test(text) ? [finding(field)] : [];

function readsResourceHealth(template: readonly Node[]): boolean {
  const nodes = everyNode(template);
  const items = new Set(nodes.flatMap((node) => (valuesOf(node).some(isResources) ? itemOf(node) : [])));
  return nodes
    .flatMap(valuesOf)
    .some((value) => value.kind === 'bound' && items.has(value.binding) && value.segments[0] === 'health');
}

const isResources = (value: Value): boolean =>
  value.kind === 'data' && value.root === 'app' && value.segments.join('.') === 'status.resources';

const itemOf = (node: Node): Binding[] =>
  node.kind === 'each' ? [node.item] : node.kind === 'with' ? [node.binding] : [];
