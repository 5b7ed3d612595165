import { FIELD_MANAGER, SUBSCRIPTIONS_FIELD_MANAGER } from '../../../api/field-managers.ts';
import { type ToolName, toolOfManager, toolOfOwner } from '../../../core/others/tools.ts';
import { LAST_APPLIED, lastAppliedKeys } from '../../../kubernetes/last-applied.ts';
import { own } from '../../../lib/own.ts';
import { adviceFor } from './advice.ts';
import type { OwnerFacts } from './owner-facts.ts';

/** A tool, or a source in files, that writes keys again which the switch removes. */
export interface ConfigurationOwner {
  readonly name: string;
  /** How that is known. */
  readonly evidence: string;
  /** What to do, in which order. */
  readonly advice: string;
  /** Whether it is known by the files that were read, and not by an object of the cluster. */
  readonly isFile?: true;
}

/** A sign of a tool, and the name that the tool has for what it installs. */
interface Sign {
  readonly tool: ToolName | 'server-side apply';
  readonly evidence: string;
  readonly subject?: string | undefined;
}

const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
const INSTANCE = 'app.kubernetes.io/instance';
const MANAGED_BY = 'app.kubernetes.io/managed-by';
const RELEASE = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';
const KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/name';
const HELM_RELEASE = 'helm.toolkit.fluxcd.io/name';

/**
 * The tools that bring keys of the ConfigMap back, or that remove what the operator writes beside them. A person who has edited the
 * keys is none: no tool writes them again for that reason.
 * @param keys that the switch removes or changes
 */
export function ownersOf(facts: OwnerFacts, keys: readonly string[]): ConfigurationOwner[] {
  if (keys.length === 0) return [];
  const signs = [
    ...ownerSigns(facts),
    ...fluxSigns(facts),
    ...argocdSigns(facts),
    ...helmSigns(facts),
    ...managerSigns(facts, keys),
    ...kubectlSigns(facts, keys),
  ];
  const tools = [...new Set(signs.map(({ tool }) => tool))];
  return tools
    .filter((tool) => isLeading(tool, signs))
    .map((tool) => {
      const ofTool = signs.filter((sign) => sign.tool === tool);
      const subject = ofTool.find((sign) => sign.subject !== undefined)?.subject;
      const evidence = [...new Set(ofTool.map((sign) => sign.evidence))].join('; ');
      return { name: subject ?? tool, evidence, advice: adviceFor(tool, subject, keys) };
    });
}

/** Argo CD and Flux write by the means of the tools below them, which leave their own signs. */
function isLeading(tool: Sign['tool'], signs: readonly Sign[]): boolean {
  const isDelivered = signs.some((sign) => sign.tool === 'Argo CD' || sign.tool === 'Flux');
  if (tool === 'kubectl') return !isDelivered;
  if (tool !== 'Helm' || !isDelivered) return true;
  const isInstalled = signs.some((sign) => sign.tool === 'Helm' && sign.subject !== undefined);
  return isInstalled && !signs.some((sign) => sign.tool === 'Flux');
}

function ownerSigns({ owners, configurations }: OwnerFacts): Sign[] {
  return [
    ...owners.flatMap(({ kind, name }): Sign[] => {
      const tool = toolOfOwner(kind);
      return tool === undefined ? [] : [{ tool, evidence: `${kind} ${name} owns the ConfigMap` }];
    }),
    ...configurations.map(({ name }): Sign => {
      const evidence = `the ConfigMap is made from NotificationsConfiguration ${name}`;
      return { tool: 'argocd-operator', evidence, subject: `NotificationsConfiguration ${name}` };
    }),
  ];
}

function fluxSigns({ labels }: OwnerFacts): Sign[] {
  return [
    [KUSTOMIZATION, 'Kustomization'],
    [HELM_RELEASE, 'HelmRelease'],
  ].flatMap(([label = '', kind]): Sign[] => {
    const name = own(labels, label);
    return name === undefined
      ? []
      : [{ tool: 'Flux', evidence: `the label ${label}: ${name}`, subject: `Flux' ${kind} ${name}` }];
  });
}

function argocdSigns({ labels, annotations, managers }: OwnerFacts): Sign[] {
  const tracked = own(annotations, TRACKING_ID)?.split(':')[0];
  if (tracked !== undefined)
    return [
      {
        tool: 'Argo CD',
        evidence: `the annotation ${TRACKING_ID}`,
        subject: `Application ${tracked} of Argo CD`,
      },
    ];
  const instance = own(labels, INSTANCE);
  // Charts set the label to the name of the release.
  const isOfHelm = own(labels, MANAGED_BY) === 'Helm';
  const isWriter = managers.some(({ name }) => toolOfManager(name) === 'Argo CD');
  if (instance === undefined || (isOfHelm && !isWriter)) return [];
  const evidence = `the label ${INSTANCE}: ${instance}`;
  return [{ tool: 'Argo CD', evidence, subject: `Application ${instance} of Argo CD` }];
}

function helmSigns({ labels, annotations }: OwnerFacts): Sign[] {
  const release = own(annotations, RELEASE);
  if (release !== undefined) {
    const namespace = own(annotations, RELEASE_NAMESPACE);
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    return [
      { tool: 'Helm', evidence: `the annotation ${RELEASE}`, subject: `Helm release ${release}${where}` },
    ];
  }
  const evidence = `the label ${MANAGED_BY}: Helm`;
  return own(labels, MANAGED_BY) === 'Helm' ? [{ tool: 'Helm', evidence }] : [];
}

function managerSigns({ managers }: OwnerFacts, keys: readonly string[]): Sign[] {
  return managers.flatMap(({ name, operation, keys: held }): Sign[] => {
    const shared = keys.filter((key) => held.has(key));
    if (shared.length === 0 || name === FIELD_MANAGER || name === SUBSCRIPTIONS_FIELD_MANAGER) return [];
    const known = toolOfManager(name);
    // An update by kubectl can be an edit; kubectlSigns knows better. An unknown updater is most often a person's tool.
    const tool =
      operation === 'Apply' ? (known ?? 'server-side apply') : known === 'kubectl' ? undefined : known;
    if (tool === undefined) return [];
    const evidence = `field manager ${name} (${operation}) holds ${shared.length === 1 ? shared[0] : `${shared.length} of the keys`}`;
    return [{ tool, evidence, ...(known === undefined && { subject: `field manager ${name}` }) }];
  });
}

function kubectlSigns({ annotations }: OwnerFacts, keys: readonly string[]): Sign[] {
  const applied = lastAppliedKeys(own(annotations, LAST_APPLIED));
  const shared = keys.filter((key) => applied.has(key));
  if (shared.length === 0) return [];
  const what = shared.length === 1 ? shared[0] : `${shared.length} of the keys`;
  return [{ tool: 'kubectl', evidence: `the annotation ${LAST_APPLIED} has ${what}` }];
}
