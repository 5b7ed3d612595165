/**
 * `send`: a test message to a robot now, with DingTalk's answer explained.
 *
 * recipient.ts reads the robot and its Secrets, from a cluster or from files.
 */

import type { OperatorConfiguration } from '../../config/config.ts';
import { explain } from '../../dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { testMessage } from '../../dingtalk/test-message.ts';
import { redactError } from '../../lib/redact.ts';
import { readConfiguration } from '../configuration.ts';
import { openDingTalk } from '../dingtalk.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { type RobotName, recipientFromCluster, recipientFromFiles, type TestRecipient } from './recipient.ts';

/** A person waits for the answer, and there is no second attempt. */
const TIMEOUT_MS = 10_000;

/** All options of `argocd-dingtalk send`. */
export interface SendOptions {
  /** `namespace/name`. */
  readonly robot: string;
  readonly file?: string[];
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/**
 * Sends the message and prints the answer.
 * @throws FindingsError if the message is not delivered
 * @throws UsageError if the robot or its Secret can't be read, or is not usable
 */
export async function send(options: SendOptions, io: ProcessIO): Promise<void> {
  const outcome = await outcomeOf(options, io);
  const asOutput = options.output === 'json' ? asJson : asText;
  io.stdout.write(asOutput(options.robot, outcome));
  if (outcome.class !== 'ok') throw new FindingsError();
}

async function outcomeOf(options: SendOptions, { stderr }: ProcessIO): Promise<DeliveryOutcome> {
  const name = robotName(options.robot);
  const config = readConfiguration(options.config);
  const { credential, locale, keywords } = await recipient(name, options, config);
  const client = openDingTalk(config, TIMEOUT_MS);
  try {
    stderr.write(`sending a test message to ${options.robot} …\n`);
    return await client.send(credential, testMessage({ ...name, locale, keywords }));
  } finally {
    await client.close();
  }
}

/** Every error that prevents reading the robot is a mistake of the user. */
async function recipient(
  name: RobotName,
  { file, kubeconfig, robot }: SendOptions,
  config: OperatorConfiguration,
): Promise<TestRecipient> {
  if (file && kubeconfig !== undefined) throw new UsageError('--file and --kubeconfig exclude each other');
  try {
    return file
      ? await recipientFromFiles(file, name, config)
      : await recipientFromCluster(kubeconfig, name, config);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`DingTalkRobot ${robot}: ${redactError(error)}`, { cause: error });
  }
}

function robotName(text: string): RobotName {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw new UsageError(
    `--robot: expected NAMESPACE/NAME, such as team-payments/payments; got ${JSON.stringify(text)}`,
  );
}

function asText(robot: string, outcome: DeliveryOutcome): string {
  const { meaning, remedy } = explain(outcome);
  const { errcode, words } = outcome;
  const code = errcode === undefined ? '' : ` (errcode ${errcode})`;
  const lines = [
    `${robot}: ${outcome.class === 'ok' ? 'delivered' : `not delivered: ${outcome.reason}`}${code}`,
    `  ${[meaning.en, remedy?.en].filter((part) => part !== undefined).join(' ')}`,
    `  ${meaning['zh-CN']}${remedy?.['zh-CN'] ?? ''}`,
    ...(words !== undefined && outcome.class !== 'ok' ? [`  answer: ${words}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function asJson(robot: string, outcome: DeliveryOutcome): string {
  const { reason, errcode, words, ip } = outcome;
  const answer = { robot, delivered: outcome.class === 'ok', reason, errcode, ip, answer: words };
  return `${JSON.stringify({ ...answer, ...explain(outcome) }, null, 2)}\n`;
}
