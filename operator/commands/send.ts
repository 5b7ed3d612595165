import { type Command, Option } from 'commander';
import type { OperatorConfiguration } from '../config/config.ts';
import { readConfiguration } from '../config/read.ts';
import { explain } from '../dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { testMessage } from '../dingtalk/test-message.ts';
import { FindingsError, type ProcessIO, UsageError } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';
import {
  type RobotName,
  recipientFromCluster,
  recipientFromFiles,
  type TestRecipient,
} from '../tools/send/recipient.ts';
import { openDingTalk } from './dingtalk.ts';

/** Somebody waits for the answer, and there is no second attempt. */
const TIMEOUT_MS = 10_000;

interface SendOptions {
  readonly robot: string;
  readonly file?: string[];
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk send`: a test message now, with DingTalk's answer explained. */
export function sendCommand(command: Command, io: ProcessIO): void {
  const { stdout } = io;
  command
    .requiredOption('--robot <namespace/name>', 'the DingTalkRobot')
    .option(
      '-f, --file <path...>',
      'take the robot and its Secret from these files or folders instead of a cluster',
    )
    .option(
      '--kubeconfig <file>',
      'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
    )
    .option(
      '--config <file>',
      "the operator's configuration file, for its endpoint, hosts, language and CA (default: its defaults)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the answer')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
You need the right to get the robot and its Secret. The message goes out from this machine: where DingTalk lets certain
IP addresses in only, its answer can differ from the one to the cluster. HTTPS_PROXY and NO_PROXY count. Neither the
token nor the URL is ever printed.

Exit codes: 0 delivered, 1 refused or no answer, 2 the robot or its Secret can't be read, or is not usable.

Examples:
  argocd-dingtalk send --robot team-payments/payments
  argocd-dingtalk send --robot team-payments/payments -f samples/quickstart --output json`,
    )
    .action(async (options: SendOptions) => {
      const outcome = await send(options, io);
      stdout.write(
        options.output === 'json' ? asJson(options.robot, outcome) : asText(options.robot, outcome),
      );
      if (outcome.class !== 'ok') throw new FindingsError();
    });
}

async function send(options: SendOptions, { stderr }: ProcessIO): Promise<DeliveryOutcome> {
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

/** Whatever keeps the robot from being read is the caller's to mend. */
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
