import { SUBSCRIPTIONS_KEY } from '../../../argocd/names.ts';
import { remedyForOwner, type ToolName } from '../../../core/others/tools.ts';

/** Why the moment matters. */
const ORDER =
  'Earlier, nobody would be notified until the switch. Later, the old keys would come back, and Argo CD would send everything twice.';

const MAX_KEYS = 12;

function listed(keys: readonly string[]): string {
  const more = keys.length - MAX_KEYS;
  return [...keys.slice(0, MAX_KEYS), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/**
 * What to do with a tool, so that the old configuration neither goes before the switch nor comes back after it.
 * @param subject the thing that the tool installs, if it is known
 */
export function adviceFor(
  tool: ToolName | 'server-side apply',
  subject: string | undefined,
  keys: readonly string[],
): string {
  const steps = stepsFor(tool, subject, `these keys: ${listed(keys)}`);
  return keys.includes(SUBSCRIPTIONS_KEY) && tool !== 'argocd-operator' ? `${steps} ${SHARED}` : steps;
}

const SHARED =
  `All subscribers share the key ${SUBSCRIPTIONS_KEY} from then on. The tool removes the whole key once, if its source had it, and the operator puts its entries back within seconds. If the source keeps the key for other services, each of the tool's ` +
  "runs removes the operator's entries for some seconds; docs/gitops.md has the ways around this.";

function stepsFor(tool: ToolName | 'server-side apply', subject: string | undefined, keys: string): string {
  const prepared = `Prepare a version of its source without ${keys}.`;
  switch (tool) {
    case 'Helm':
      return (
        `Prepare values without ${keys}. Run no helm upgrade until the switch. Right after it, start the operator and upgrade with ` +
        `these values. ${ORDER}`
      );
    case 'Argo CD':
      return (
        `${prepared} Turn off automated sync of ${subject ?? 'the Application'}, switch, and start the operator. Then merge the ` +
        `prepared version, sync, and turn automated sync on again. ${ORDER}`
      );
    case 'Flux':
      return `${prepared} Suspend it (flux suspend), switch, and start the operator. Then merge the prepared version, and resume it. ${ORDER}`;
    case 'Terraform':
      return `${prepared} Run no apply until the switch. Right after it, start the operator and apply the prepared version. ${ORDER}`;
    case 'kubectl':
      return (
        `The file that kubectl apply was given has the keys. Prepare a version of it without ${keys}. Right after the switch, start ` +
        `the operator and apply that version, and apply neither version before. ${ORDER}`
      );
    case 'argocd-operator':
      return (
        `${remedyForOwner('NotificationsConfiguration')} Do this before the switch, and keep copies of the ConfigMap and the Secret: ` +
        'create them again if argocd-operator removes them. ' +
        `If the NotificationsConfiguration stays, take these out of it right after the switch: ${keys.replace('these keys: ', '')}.`
      );
    default:
      return `${prepared} Let it apply nothing until the switch. Right after it, start the operator and apply the prepared version. ${ORDER}`;
  }
}
