/**
 * `send`: a test message to a robot now, with DingTalk's answer explained.
 *
 * recipient.ts reads the robot and its Secrets, from a cluster or from files.
 */

import type { OperatorConfiguration } from '../../config/config.ts';
import { explain } from '../../dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { testMessage } from '../../dingtalk/test-message.ts';
import { connect } from '../../kubernetes/connection.ts';
import { redactError } from '../../lib/redact.ts';
import { givenConfiguration, readConfiguration } from '../configuration.ts';
import { openDingTalk } from '../dingtalk.ts';
import { type ConfigurationOptions, knownConfiguration } from '../known-configuration.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { type RobotName, recipientFromCluster, recipientFromFiles, type TestRecipient } from './recipient.ts';

/** A person waits for the answer, and there is no second attempt. */
const TIMEOUT_MS = 10_000;

/** All options of `argocd-dingtalk send`. */
export interface SendOptions extends ConfigurationOptions {
  /** `namespace/name`. */
  readonly robot: string;
  readonly file?: string[];
  readonly kubeconfig?: string;
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

async function outcomeOf(options: SendOptions, io: ProcessIO): Promise<DeliveryOutcome> {
  const name = robotName(options.robot);
  const { config, recipient } = await recipientOf(name, options, io);
  const { credential, locale, keywords } = recipient;
  const client = openDingTalk(config, TIMEOUT_MS);
  try {
    io.stderr.write(`sending a test message to ${options.robot} …\n`);
    return await client.send(credential, testMessage({ ...name, locale, keywords }));
  } finally {
    await client.close();
  }
}

/** A recipient, and the configuration of its installation. */
interface ConfiguredRecipient {
  readonly config: OperatorConfiguration;
  readonly recipient: TestRecipient;
}

/** Every error that prevents reading the robot is a mistake of the user. */
async function recipientOf(
  name: RobotName,
  options: SendOptions,
  io: ProcessIO,
): Promise<ConfiguredRecipient> {
  const { file, kubeconfig, robot, config: path } = options;
  if (file && kubeconfig !== undefined) throw new UsageError('--file and --kubeconfig exclude each other');
  const given = givenConfiguration(path);
  try {
    if (!file) return await fromCluster(name, given, options, io);
    const config = given ?? readConfiguration(undefined);
    return { config, recipient: await recipientFromFiles(file, io.stdin, name, config) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`DingTalkRobot ${robot}: ${redactError(error)}`, { cause: error });
  }
}

async function fromCluster(
  name: RobotName,
  given: OperatorConfiguration | undefined,
  options: SendOptions,
  io: ProcessIO,
): Promise<ConfiguredRecipient> {
  const connection = connect({ kubeconfig: options.kubeconfig });
  try {
    const { config } = await knownConfiguration(given, options, connection.request, io, 'settings');
    return { config, recipient: await recipientFromCluster(connection, name, config) };
  } finally {
    await connection.close();
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
