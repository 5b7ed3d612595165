/** The tools that are known. */
export type ToolName =
  | 'argocd-operator'
  | 'External Secrets'
  | 'Sealed Secrets'
  | 'Argo CD'
  | 'Helm'
  | 'Flux'
  | 'Terraform'
  | 'kubectl';

/** A tool that writes Argo CD's objects as a whole, with the remedy. */
interface Tool {
  readonly name: ToolName;
  /** The tool's field manager, or the kind of an owner that the tool acts for. */
  readonly managers?: RegExp;
  readonly owners?: RegExp;
  readonly remedy: string;
}

const LEAVE_OUT =
  'Leave the key subscriptions, and all keys with dt_ in their name, out of the manifest that the tool writes.';

/** The first match counts. */
const TOOLS: readonly Tool[] = [
  {
    name: 'argocd-operator',
    owners: /^(NotificationsConfiguration|ArgoCD)$/,
    managers: /^(argocd-operator|gitops-operator)/,
    remedy:
      'argocd-operator generates the whole ConfigMap from its NotificationsConfiguration, and removes all other keys. Set ' +
      'spec.notifications.enabled: false in the ArgoCD resource, and install the notifications controller separately.',
  },
  {
    name: 'External Secrets',
    owners: /^ExternalSecret$/,
    managers: /^external-?secrets/,
    remedy:
      'External Secrets replaces the whole Secret that it owns. Set target.creationPolicy: Merge in the ExternalSecret, and ' +
      'create the Secret in another way.',
  },
  {
    name: 'Sealed Secrets',
    owners: /^SealedSecret$/,
    managers: /^sealed-?secrets/,
    remedy:
      'Sealed Secrets replaces the whole Secret that it owns. Add the annotation sealedsecrets.bitnami.com/patch: "true" to the ' +
      "Secret and to the SealedSecret's template.",
  },
  {
    name: 'Argo CD',
    managers: /^argocd-(controller|application-controller|server)$/,
    remedy:
      'An Application of Argo CD replaces the object. Remove Replace=true and Force=true from its sync options ' +
      `(ServerSideApply=true keeps the keys of others). ${LEAVE_OUT}`,
  },
  {
    name: 'Helm',
    managers: /^helm$/i,
    remedy: `Upgrade without --force, and with charts whose values contain no copy of these keys. ${LEAVE_OUT}`,
  },
  {
    name: 'Flux',
    managers: /^(kustomize-controller|helm-controller)$/,
    remedy: `Flux applies these keys, because its sources contain a copy of them, for instance from an export. ${LEAVE_OUT}`,
  },
  {
    name: 'Terraform',
    managers: /^(terraform|hashicorp|pulumi)/i,
    remedy: `Terraform or Pulumi applies these keys, because its program contains a copy of them. ${LEAVE_OUT}`,
  },
  {
    name: 'kubectl',
    managers: /^kubectl/,
    remedy:
      'A person or a script uses kubectl: `kubectl replace`, or a manifest that is a copy of the object. Change the ' +
      `DingTalk resources instead. ${LEAVE_OUT}`,
  },
];

/** The remedy for a tool, by its field manager. */
export function remedyForManager(manager: string): string {
  return TOOLS.find(({ managers }) => managers?.test(manager))?.remedy ?? LEAVE_OUT;
}

/** The tool that has a field manager of this name. */
export const toolOfManager = (manager: string): ToolName | undefined =>
  TOOLS.find(({ managers }) => managers?.test(manager))?.name;

/** The tool that acts for an owner of this kind. */
export const toolOfOwner = (kind: string): ToolName | undefined =>
  TOOLS.find(({ owners }) => owners?.test(kind))?.name;

/** The remedy for the owner of an object; undefined for an owner that is not known to replace other keys. */
export function remedyForOwner(kind: string): string | undefined {
  return TOOLS.find(({ owners }) => owners?.test(kind))?.remedy;
}
