import { formatProvenance, provenanceOf } from '../../argocd/provenance.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { yamlSafeJson } from '../../lib/json.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { credentialsHash } from '../resolve/credentials.ts';
import type { RobotFragment } from './fragments.ts';

/** The engine takes these waits as integers of nanoseconds; a text such as "1s" would stop it altogether. */
const RETRY_WAIT_MIN_NS = 500_000_000;
const RETRY_WAIT_MAX_NS = 1_000_000_000;

/**
 * A robot → its service. The URL is nothing but a reference to the Secret: the engine would expand any `$name` in a
 * service, so no text of a tenant goes in here. One retry with short waits, since the engine has a single worker.
 */
export function compileRobot(robot: ResolvedRobot & { readonly credential: Credential }): RobotFragment {
  const provenance = provenanceOf(robot.cr.metadata, credentialsHash(robot.cr.spec));
  const serviceValue = yamlSafeJson({
    url: `$${robot.service}`,
    headers: [{ name: 'Content-Type', value: 'application/json' }],
    retryMax: 1,
    retryWaitMin: RETRY_WAIT_MIN_NS,
    retryWaitMax: RETRY_WAIT_MAX_NS,
    managedBy: formatProvenance(provenance),
  });
  return { provenance, serviceValue, credential: robot.credential };
}
