import type { Finding } from '../api/finding.ts';
import type { Reason } from '../api/reasons.ts';
import type { GiteeFailure, GiteeTrouble } from './outcome.ts';
import type { HookPlace, HookRecord } from './record.ts';

const REASON_OF: Readonly<Record<GiteeTrouble, Reason>> = {
  unauthorized: 'GiteeUnauthorized',
  forbidden: 'GiteeForbidden',
  missing: 'GiteeRepositoryNotFound',
  refused: 'GiteeRefused',
  throttled: 'GiteeUnavailable',
  unavailable: 'GiteeUnavailable',
  unexpected: 'GiteeUnexpectedAnswer',
};

const WHAT: Readonly<Record<GiteeTrouble, (repository: string) => string>> = {
  unauthorized: () => 'Gitee does not know the access token, or the token has expired',
  forbidden: (repository) =>
    `the access token may not administrate the hooks of the repository ${repository}`,
  missing: (repository) =>
    `there is no repository ${repository}, or the access token may not see the repository`,
  refused: (repository) => `Gitee refuses a request about the hooks of the repository ${repository}`,
  throttled: () => 'Gitee asks for fewer requests',
  unavailable: () => 'Gitee does not answer as it should',
  unexpected: () => 'the answer is not from the API of Gitee',
};

/** The host of a Gitee, with the port unless it is 443. */
export const giteeHost = ({ baseUrl }: Pick<HookPlace, 'baseUrl'>): string =>
  URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;

/** A request to Gitee that was of no use, as a finding. */
export const failureFinding = (place: HookPlace, { trouble, words }: GiteeFailure): Finding => ({
  reason: REASON_OF[trouble],
  message: `spec.gitee: ${giteeHost(place)}: ${WHAT[trouble](place.repository)} (${words})`,
});

/** Why the token of a subscription cannot be used. */
export const tokenFinding = (secret: string, problem: string): Finding => ({
  reason: 'GiteeTokenMissing',
  message: `spec.gitee.token: Secret ${secret}: ${problem}`,
});

/** The host of the subscription is on no list. */
export const hostFinding = (place: HookPlace, allowed: readonly string[]): Finding => ({
  reason: 'GiteeHostNotAllowed',
  message:
    `spec.gitee.baseUrl: the host ${giteeHost(place)} is not allowed; allowed: ${allowed.join(', ') || 'none'}. ` +
    'Ask the platform team to add the host to gitee.hosts.',
});

/** The rights or the Secret of config/gitee are missing. */
export const notInstalledFinding = (what: string): Finding => ({
  reason: 'GiteeNotInstalled',
  message: `the operator lacks ${what}, which config/gitee has. Ask the platform team to apply config/gitee.`,
});

/** A hook that nobody will remove. */
export const orphanFinding = (record: HookRecord, why: string): Finding => {
  const { id, afterId = 0, repository, robot } = record;
  const what = id === undefined ? `a hook with a number above ${afterId} may stay` : `the hook ${id} stays`;
  const target = robot === '' ? 'the relay' : `the robot ${robot}`;
  return {
    reason: 'GiteeHookLeft',
    message:
      `${giteeHost(record)}: ${what} in the repository ${repository}, with the address of ${target}: ${why}. ` +
      "Delete the hook under WebHooks in the repository's settings.",
  };
};

/** A hook that should go, and that the operator could not remove yet. */
export const notRemovedFinding = (record: HookRecord, why: string): Finding => {
  const { id, repository } = record;
  const what = id === undefined ? 'a former hook' : `the former hook ${id}`;
  return {
    reason: 'GiteeHookLeft',
    message: `${giteeHost(record)}: ${what} in the repository ${repository} is not removed yet: ${why}`,
  };
};
