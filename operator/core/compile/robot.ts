import { formatProvenance, type Provenance, provenanceOf } from '../../argocd/provenance.ts';
import { formatService, secretReference } from '../../argocd/service-value.ts';
import type { Credential } from '../../dingtalk/signatures.ts';
import { credentialsHash } from '../resolve/credentials.ts';
import type { ResolvedRobot } from '../resolve/robots.ts';

/** What a robot wants in the merged objects. */
export interface RobotFragment {
  readonly provenance: Provenance;
  /** Value of `service.webhook.<service>`. */
  readonly serviceValue: string;
  readonly credential: Credential;
}

/**
 * A robot → its service. The URL is nothing but a reference to the Secret: the engine would expand any `$name` in a
 * service, so no text of a tenant goes in here.
 */
export function compileRobot(robot: ResolvedRobot & { readonly credential: Credential }): RobotFragment {
  const provenance = provenanceOf(robot.cr.metadata, credentialsHash(robot.cr.spec));
  const serviceValue = formatService(secretReference(robot.service), formatProvenance(provenance));
  return { provenance, serviceValue, credential: robot.credential };
}
