import type { Finding } from '../../api/finding.ts';
import type { GiteeSource, GiteeSubscription } from '../../api/kinds.ts';
import type { OperatorConfiguration } from '../../config/config.ts';

/** The address of Gitee where a subscription names none. */
const GITEE = 'https://gitee.com';

/** The address of Gitee that a subscription means. */
export const baseUrlOf = ({ baseUrl = GITEE }: Pick<GiteeSource, 'baseUrl'>): string => baseUrl;

/** Whether Gitee itself sends the messages. */
export const isNative = ({ spec }: GiteeSubscription): boolean => spec.gitee.delivery === 'Native';

/**
 * Whether the installation allows a host of Gitee. A team's access token goes to no other.
 * @param baseUrl `https://HOST[:PORT]`
 */
export function isAllowedHost(
  baseUrl: string,
  { gitee: { hosts } }: { readonly gitee: Pick<OperatorConfiguration['gitee'], 'hosts'> },
): boolean {
  const url = URL.parse(baseUrl);
  return url?.protocol === 'https:' && hosts.includes(url.host);
}

/** What keeps the installation from serving the repository in the way that the subscription asks for. */
export function repositoryFindings(cr: GiteeSubscription, config: OperatorConfiguration): Finding[] {
  const findings: Finding[] = [];
  const baseUrl = baseUrlOf(cr.spec.gitee);
  if (!isAllowedHost(baseUrl, config)) {
    const message =
      `spec.gitee.baseUrl: this installation does not allow ${baseUrl}. Allowed hosts: ${config.gitee.hosts.join(', ') || 'none'}. ` +
      'Correct the address, or ask the platform team to extend gitee.hosts.';
    findings.push({ reason: 'GiteeHostNotAllowed', message });
  }
  const lacking = [
    ...(config.relay.url === undefined ? ['relay.url'] : []),
    ...(config.gitee.publicURL === undefined ? ['gitee.publicURL'] : []),
  ];
  if (!isNative(cr) && lacking.length > 0) {
    const message =
      `spec.gitee.delivery: the value is Relay${cr.spec.gitee.delivery === undefined ? ' by default' : ''}, and this installation ` +
      `has no relay that Gitee can reach: ${lacking.join(' and ')} of the operator's configuration ` +
      `${lacking.length === 1 ? 'is' : 'are'} not set. Ask the platform team, or set spec.gitee.delivery to Native.`;
    findings.push({ reason: 'GiteeDoorNotConfigured', message });
  }
  return findings;
}
