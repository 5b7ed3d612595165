import { serviceKey } from '../../argocd/names.ts';
import { formatProvenance, provenanceOf } from '../../argocd/provenance.ts';
import { formatService, secretReference } from '../../argocd/service-value.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { credentialsHash } from '../resolve/credentials.ts';
import type { RobotFragment } from './fragments.ts';

/**
 * A robot → its service. The URL is only a reference to the Secret: the engine would expand any `$name` in a service, so the
 * service contains no text of a tenant.
 */
export function compileRobot(robot: ResolvedRobot & { readonly credential: Credential }): RobotFragment {
  return fragments.get(robot, [], () => compiled(robot));
}

const fragments = new ObjectMemo<ResolvedRobot, RobotFragment>();

function compiled(robot: ResolvedRobot & { readonly credential: Credential }): RobotFragment {
  const provenance = provenanceOf(robot.cr.metadata, credentialsHash(robot.cr.spec));
  const serviceValue = formatService(secretReference(robot.service), formatProvenance(provenance));
  return { provenance, key: serviceKey(robot.service), serviceValue, credential: robot.credential };
}
