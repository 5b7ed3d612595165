/** What is known of a tool that writes Argo CD's objects as a whole. */
interface Tool {
  /** Its field manager, or the kind of an owner that it acts for. */
  readonly managers?: RegExp;
  readonly owners?: RegExp;
  readonly remedy: string;
}

const LEAVE_OUT = 'Leave keys with dt_ in their name, and subscriptions, out of what it writes.';

/** The first that matches counts. */
const TOOLS: readonly Tool[] = [
  {
    owners: /^(NotificationsConfiguration|ArgoCD)$/,
    managers: /^(argocd-operator|gitops-operator)/,
    remedy:
      'argocd-operator makes the whole ConfigMap from its NotificationsConfiguration, and removes what is not in there: ' +
      'set spec.notifications.enabled: false in the ArgoCD resource and install the notifications controller by itself.',
  },
  {
    owners: /^ExternalSecret$/,
    managers: /^external-?secrets/,
    remedy:
      'External Secrets replaces what it owns: give the ExternalSecret target.creationPolicy: Merge, and have the Secret ' +
      'created by something else.',
  },
  {
    owners: /^SealedSecret$/,
    managers: /^sealed-?secrets/,
    remedy:
      'Sealed Secrets replaces what it owns: put the annotation sealedsecrets.bitnami.com/patch: "true" on the Secret and ' +
      "into the SealedSecret's template.",
  },
  {
    managers: /^argocd-(controller|application-controller|server)$/,
    remedy:
      'An Application of Argo CD replaces the object: take Replace=true and Force=true out of its sync options ' +
      `(ServerSideApply=true keeps the keys of others). ${LEAVE_OUT}`,
  },
  {
    managers: /^helm$/i,
    remedy: `Upgrade without --force, and with charts whose values do not hold a copy of these keys. ${LEAVE_OUT}`,
  },
  {
    managers: /^(kustomize-controller|helm-controller)$/,
    remedy: `Flux applies these keys: its sources hold a copy of them, as from an export. ${LEAVE_OUT}`,
  },
  {
    managers: /^kubectl/,
    remedy:
      'A person or a script works with kubectl: `kubectl replace`, or a manifest that is a copy of the object. Change the ' +
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
