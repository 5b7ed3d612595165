import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { audienceKey, leadsToArgoCD, messageFinding } from '../../message/message.ts';
import type { ResolvedMessage, ResolvedRobot } from '../model/resolved.ts';
import { nameFor } from './sharing.ts';

/** All inputs of a subscription's messages, beside the subscription itself. */
export function messageInputs(
  events: readonly ResolvedMessage[],
  robots: readonly ResolvedRobot[],
  argocdUrl: string | undefined,
): unknown[] {
  return [
    argocdUrl,
    ...events.flatMap(({ path, template }) => [path, template]),
    ...robots.flatMap(({ service, audience }) => [service, audienceKey(audience)]),
  ];
}

/** Findings that keep the messages of events from being made for these robots, each once. */
export function messageFindings(
  events: readonly ResolvedMessage[],
  robots: readonly ResolvedRobot[],
  argocdUrl: string | undefined,
): Finding[] {
  const findings = events.flatMap((event) =>
    event.raw === undefined
      ? robots.flatMap(({ audience }) => {
          const finding = messageFinding(event.message, audience, argocdUrl);
          return finding ? [{ ...finding, message: `${event.path}: ${finding.message}` }] : [];
        })
      : [],
  );
  return findings.filter(
    ({ message }, index) => findings.findIndex((each) => each.message === message) === index,
  );
}

/** Warnings about messages that are sent all the same. */
export function messageWarnings(
  { metadata }: NotificationSubscription,
  events: readonly ResolvedMessage[],
  robots: readonly ResolvedRobot[],
  argocdUrl: string | undefined,
): Finding[] {
  return [...withoutLink(events, argocdUrl), ...withoutKeyword(metadata.namespace, events, robots)];
}

function withoutLink(events: readonly ResolvedMessage[], argocdUrl: string | undefined): Finding[] {
  if (
    argocdUrl !== undefined ||
    !events.some((event) => event.raw === undefined && leadsToArgoCD(event.message))
  )
    return [];
  const message =
    'Messages carry no link, because the URL of Argo CD is not known. Ask the platform team to set argocd.url in the ' +
    "operator's configuration, or url in argocd-cm.";
  return [{ reason: 'NoArgoCDURL', message }];
}

/** The operator adds no keyword to a raw template. */
function withoutKeyword(
  namespace: string,
  events: readonly ResolvedMessage[],
  robots: readonly ResolvedRobot[],
): Finding[] {
  return events.flatMap(({ raw, path }): Finding[] => {
    if (raw === undefined) return [];
    const names = robots
      .filter(
        ({ audience: { keywords } }) =>
          keywords.length > 0 && !keywords.some((keyword) => raw.includes(keyword)),
      )
      .map(({ cr }) => nameFor(namespace, cr.metadata));
    if (names.length === 0) return [];
    const message =
      `${path}.template: the raw template contains no keyword of ${names.join(', ')}. DingTalk refuses messages without a ` +
      'keyword of the robot. Write a keyword of each robot into message.raw.';
    return [{ reason: 'KeywordNotInTemplate', message }];
  });
}
