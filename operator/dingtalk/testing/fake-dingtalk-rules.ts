import { answers, stateAnswers } from './fake-dingtalk-answers.ts';
import { messageProblem, readableText } from './fake-dingtalk-messages.ts';
import type { Robot } from './fake-dingtalk-robot.ts';
import { signatureState } from './fake-dingtalk-signature.ts';
import type { Answer, IncomingRequest, SignatureState } from './fake-dingtalk-types.ts';

const MAX_BODY_BYTES = 20_000;
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;

/** What a request gets. */
export interface Judgement {
  readonly answer: Answer;
  readonly signature: SignatureState;
}

/**
 * Judges a request as DingTalk does: the envelope first, then who sends, then what is sent. It counts a message
 * against the robot's limit only when nothing else is wrong with it.
 *
 * In which order DingTalk looks at several faults of one request is not documented; tests should make one at a time.
 */
export function judge(request: IncomingRequest, robots: ReadonlyMap<string, Robot>): Judgement {
  const robot = request.token === undefined ? undefined : robots.get(request.token);
  const signature = signatureState(request, robot?.options.secret);
  const answer =
    envelopeProblem(request) ??
    (robot === undefined ? answers.unknownToken : undefined) ??
    robot?.nextQueuedAnswer() ??
    answerOf(robot) ??
    (robot === undefined ? undefined : robotProblem(request, robot, signature)) ??
    answers.ok;
  return { answer, signature };
}

const answerOf = (robot: Robot | undefined): Answer | undefined =>
  typeof robot?.obstacle === 'object' ? robot.obstacle : undefined;

function envelopeProblem(request: IncomingRequest): Answer | undefined {
  if (request.path !== '/robot/send') return answers.wrongPath;
  if (request.method !== 'POST') return answers.notPost;
  if (!JSON_TYPE.test(request.contentType ?? '')) return answers.wrongContentType;
  if (!request.token) return answers.missing('access_token');
  return undefined;
}

function robotProblem(request: IncomingRequest, robot: Robot, signature: SignatureState): Answer | undefined {
  return (
    stateAnswers[robot.state] ??
    (robot.allows(request.remoteAddress) ? undefined : answers.ipNotAllowed(request.remoteAddress)) ??
    (robot.options.secret === undefined ? undefined : signatureProblem(signature)) ??
    (request.size > MAX_BODY_BYTES ? answers.tooLong : undefined) ??
    messageProblem(request.body) ??
    keywordProblem(request.body, robot.options.keywords) ??
    robot.countMessage(request.at)
  );
}

function signatureProblem(signature: SignatureState): Answer | undefined {
  if (signature === 'valid') return undefined;
  return signature === 'expired' ? answers.invalidTimestamp : answers.signMismatch;
}

function keywordProblem(body: unknown, keywords: readonly string[] | undefined): Answer | undefined {
  if (keywords === undefined || keywords.length === 0) return undefined;
  const text = readableText(body);
  return keywords.some((keyword) => text.includes(keyword)) ? undefined : answers.noKeyword;
}
