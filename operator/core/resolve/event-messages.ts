import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { audienceKey, leadsToArgoCD, messageFinding, showsCommit } from '../../message/message.ts';
import type { ResolvedEvent, ResolvedMessage, ResolvedRobot } from '../model/resolved.ts';
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

/** The paths of events whose messages show a commit. */
export const eventsWithCommit = (events: readonly ResolvedEvent[]): string[] =>
  events.filter(({ raw, message }) => raw === undefined && showsCommit(message)).map(({ path }) => path);

/** Warnings about such events: only the relay can look up a commit, and only by Argo CD's API. */
export function commitWarnings(
  paths: readonly string[],
  robots: readonly ResolvedRobot[],
  { metadata: { namespace } }: NotificationSubscription,
  hasApi: boolean,
): Finding[] {
  const direct = robots.filter(({ isRelayed }) => !isRelayed);
  if (robots.length === 0 || (direct.length === 0 && hasApi)) return [];
  const names = direct.map(({ cr }) => nameFor(namespace, cr.metadata)).join(', ');
  return paths.map((path) => {
    const message =
      direct.length > 0
        ? `${path}.template: the message shows values of commit, and Argo CD sends to ${names} directly, where they are empty. Set spec.delivery of the robot to Relay, or leave the values out.`
        : `${path}.template: the message shows values of commit, and the relay cannot ask Argo CD's API, so they are empty. Ask the platform team to set argocd.api of the operator's configuration, or leave the values out.`;
    return { reason: 'CommitNotShown', message };
  });
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
