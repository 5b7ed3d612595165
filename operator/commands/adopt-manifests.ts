import { Document } from 'yaml';
import type { CredentialsDraft, Resources } from '../core/adoption/resources.ts';

/** What stands where a credential is not known, or not to be shown. */
export const PLACEHOLDER = '<the robot’s webhook URL or access token>';

/** The files that the manifests make up, by name, in the order in which they are to be applied. */
export function adoptedFiles(resources: Resources, redact: boolean): ReadonlyMap<string, readonly object[]> {
  return new Map<string, readonly object[]>([
    ['credentials.yaml', resources.credentials.map((each) => secretManifest(each, redact))],
    ['robots.yaml', resources.robots],
    ['templates.yaml', resources.templates],
    ['subscriptions.yaml', resources.subscriptions],
  ]);
}

function secretManifest({ webhook, ...head }: CredentialsDraft, redact: boolean): object {
  return { ...head, stringData: { webhook: redact || webhook === undefined ? PLACEHOLDER : webhook } };
}

/** As people write them: texts of several lines as they are, no line folded. */
export function asYaml(manifests: readonly object[]): string {
  return manifests.map((each) => new Document(each).toString({ lineWidth: 0 })).join('---\n');
}
