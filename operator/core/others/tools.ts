/** What is known of a tool that writes Argo CD's objects as a whole. */
interface Tool {
  /** Its field manager, or the kind of an owner that it acts for. */
  readonly managers?: RegExp;
  readonly owners?: RegExp;
  readonly remedy: string;
}

const LEAVE_OUT =
  'Leave the key subscriptions, and all keys with dt_ in their name, out of the manifest that the tool writes.';

/** The first that matches counts. */
const TOOLS: readonly Tool[] = [
  {
    owners: /^(NotificationsConfiguration|ArgoCD)$/,
    managers: /^(argocd-operator|gitops-operator)/,
    remedy:
      'argocd-operator generates the whole ConfigMap from its NotificationsConfiguration, and removes all other keys. Set ' +
      'spec.notifications.enabled: false in the ArgoCD resource, and install the notifications controller separately.',
  },
  {
    owners: /^ExternalSecret$/,
    managers: /^external-?secrets/,
    remedy:
      'External Secrets replaces the whole Secret that it owns. Set target.creationPolicy: Merge in the ExternalSecret, and ' +
      'create the Secret in another way.',
  },
  {
    owners: /^SealedSecret$/,
    managers: /^sealed-?secrets/,
    remedy:
      'Sealed Secrets replaces the whole Secret that it owns. Add the annotation sealedsecrets.bitnami.com/patch: "true" to the ' +
      "Secret and to the SealedSecret's template.",
  },
  {
    managers: /^argocd-(controller|application-controller|server)$/,
    remedy:
      'An Application of Argo CD replaces the object. Remove Replace=true and Force=true from its sync options ' +
      `(ServerSideApply=true keeps the keys of others). ${LEAVE_OUT}`,
  },
  {
    managers: /^helm$/i,
    remedy: `Upgrade without --force, and with charts whose values contain no copy of these keys. ${LEAVE_OUT}`,
  },
  {
    managers: /^(kustomize-controller|helm-controller)$/,
    remedy: `Flux applies these keys, because its sources contain a copy of them, for instance from an export. ${LEAVE_OUT}`,
  },
  {
    managers: /^kubectl/,
    remedy:
      'A person or a script uses kubectl: `kubectl replace`, or a manifest that is a copy of the object. Change the ' +
      `DingTalk resources instead. ${LEAVE_OUT}`,
  },
];

/** What to do about a tool, by its field manager. */
export function remedyForManager(manager: string): string {
  return TOOLS.find(({ managers }) => managers?.test(manager))?.remedy ?? LEAVE_OUT;
}

/** What to do about the owner of an object; undefined for an owner that leaves other keys alone, as far as is known. */
export function remedyForOwner(kind: string): string | undefined {
  return TOOLS.find(({ owners }) => owners?.test(kind))?.remedy;
}
