import { API_VERSION, type DingTalkRobot, GROUP, KINDS, VERSION } from '../../api/kinds.ts';
import { objectKey } from '../../api/names.ts';
import { type ReadSecret, readCredential, readCredentials } from '../../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { resolveRobot } from '../../core/resolve/robots.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { crdChecks } from '../../files/crd-check.ts';
import { givenCredentials } from '../../files/given.ts';
import { type InputStream, readManifests, shownPaths } from '../../files/read-manifests.ts';
import { loadResources } from '../../files/snapshot.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import { UsageError } from '../process-io.ts';

/** Namespace and name of a DingTalkRobot. */
export interface RobotName {
  readonly namespace: string;
  readonly name: string;
}

/** The parts of a robot that a test message needs. */
export interface TestRecipient {
  readonly credential: Credential;
  readonly locale: 'en' | 'zh-CN';
  readonly keywords: readonly string[];
}

/**
 * Reads a robot and its Secrets with the caller's own rights.
 * @throws UsageError if its credentials are not usable; ApiError or RequestError if it can't be read
 */
export async function recipientFromCluster(
  connection: Connection,
  { namespace, name }: RobotName,
  config: OperatorConfiguration,
): Promise<TestRecipient> {
  const { plural } = KINDS.robot;
  const path = resourcePath({ group: GROUP, version: VERSION, plural, namespace, name });
  const { body: cr } = await connection.request<DingTalkRobot>({ method: 'GET', path });
  return recipientOf(cr, readCredential(connection), config);
}

/**
 * Reads a robot and its Secrets from files; resources without a namespace count as in the robot's namespace.
 * @throws UsageError if it does not exist, breaks its schema or has no usable credentials; ManifestError if a file can't be read
 */
export async function recipientFromFiles(
  paths: readonly string[],
  stdin: InputStream,
  { namespace, name }: RobotName,
  config: OperatorConfiguration,
): Promise<TestRecipient> {
  const manifests = await readManifests(paths, stdin);
  const found = loadResources(manifests, namespace).find(
    ({ resource: { kind, metadata } }) =>
      kind === KINDS.robot.kind && metadata.namespace === namespace && metadata.name === name,
  );
  if (!found)
    throw new UsageError(`${shownPaths(paths)}: no ${API_VERSION} DingTalkRobot ${namespace}/${name} found`);
  const check = (await crdChecks()).DingTalkRobot;
  const robot = check.stored(found.resource as DingTalkRobot);
  const [violation] = check.violations(robot);
  if (violation) throw new UsageError(`${found.manifest.file}: ${violation.field}: ${violation.message}`);
  const secrets = new Map(givenCredentials(manifests, namespace));
  const read: ReadSecret = async (where, name) => ({
    secret: secrets.get(objectKey(where, name)) ?? { state: 'missing' },
  });
  return recipientOf(robot, read, config);
}

/** Judges the robot as the operator does, so the message goes to the same group as notifications. */
async function recipientOf(
  cr: DingTalkRobot,
  read: ReadSecret,
  config: OperatorConfiguration,
): Promise<TestRecipient> {
  const { namespace, name } = cr.metadata;
  const refuse = (message: string) => new UsageError(`DingTalkRobot ${namespace}/${name}: ${message}`);
  if (cr.spec.suspend)
    throw refuse('spec.suspend is true, so nothing is sent to the robot. Resume it first.');
  const credentials = await readCredentials(read, [cr]);
  const { credential, verdict } = resolveRobot(cr, {
    config,
    namespaces: new Map(),
    credentials,
    target: {},
    now: new Date(),
  });
  if (!credential) throw refuse(verdict.refusal?.message ?? 'the credentials are not usable');
  const { locale = config.robots.locale, keywords = [] } = cr.spec;
  return { credential, locale, keywords };
}
