import { serviceKey } from '../../argocd/names.ts';
import { referencedKeys, secretReference } from '../../argocd/service-value.ts';
import type { Resources } from './drafts.ts';
import type { ForeignConfig } from './foreign-config.ts';
import { originOf } from './origins.ts';

/** A Secret that is not printed, and the command that makes it. */
export interface SecretToMake {
  readonly namespace: string;
  readonly name: string;
  readonly command: string;
}

/** Argo CD's Secret, from which a credential can be copied. */
interface ArgocdSecret {
  readonly isKnown: boolean;
  readonly namespace: string;
  readonly secret: string;
}

/**
 * The Secrets of robots that are not printed: all of them with --redact, otherwise those with a credential that is not known. The
 * command copies the credential from Argo CD's Secret if the whole URL is there, or asks for it. No credential is in the text.
 * @param target `isKnown`: whether the Secret's keys are known
 */
export function secretsToMake(
  { credentials, robots }: Resources,
  redact: boolean,
  { services, serviceKeys }: ForeignConfig,
  target: ArgocdSecret,
): ReadonlyMap<object, SecretToMake> {
  const urls = new Map(
    [...services].map(([name, { url }]) => [serviceKeys.get(name) ?? serviceKey(name), url.trim()]),
  );
  return new Map(
    robots.flatMap((robot): [object, SecretToMake][] => {
      const { name, key } = robot.spec.webhook.secretKeyRef;
      const { namespace } = robot.metadata;
      const draft = credentials.find(({ metadata }) => metadata.name === name);
      if (!redact && draft?.webhook !== undefined) return [];
      const url = urls.get(originOf(robot) ?? '') ?? '';
      const [source] = referencedKeys(url);
      const mayHave = draft?.webhook !== undefined || !target.isKnown;
      const isCopy = mayHave && source !== undefined && url === secretReference(source);
      const from = isCopy
        ? `kubectl get secret ${target.secret} -n ${target.namespace} -o jsonpath='{.data.${source}}' | base64 -d`
        : `read -rsp 'URL of the robot: ' URL && printf %s "$URL"`;
      const command = `${from} | kubectl create secret generic ${name} -n ${namespace} --from-file=${key}=/dev/stdin`;
      return [[robot, { namespace, name, command }]];
    }),
  );
}

/** The comments on the robots whose Secrets are not printed. */
export const secretComments = (secrets: ReadonlyMap<object, SecretToMake>): ReadonlyMap<object, string> =>
  new Map(
    [...secrets].map(([robot, { namespace, name, command }]) => [
      robot,
      `The Secret ${namespace}/${name} with the robot's URL is not printed here. This makes it:\n  ${command}`,
    ]),
  );
