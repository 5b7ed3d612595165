import { type Command, Option } from 'commander';
import type { ProcessIO } from '../tools/process-io.ts';
import { type SendOptions, send } from '../tools/send/send.ts';
import { configurationOptions, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk send`: sends a test message now, and explains DingTalk's answer. */
export function sendCommand(command: Command, io: ProcessIO): void {
  configurationOptions(
    command.requiredOption('--robot <namespace/name>', 'the DingTalkRobot'),
    'endpoint, hosts, language and CA',
  )
    .option(
      '-f, --file <path...>',
      'read the robot and its Secret from these files or folders, or from - (standard input), instead of a cluster',
    )
    .addOption(kubeconfigOption())
    .addOption(
      new Option('-o, --output <format>', 'how to print the answer')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
You need the right to get the robot and its Secret. With --file and without --config, the default configuration counts. The CA
of a proxy is only in the configuration file, or in NODE_EXTRA_CA_CERTS. The message goes out from this machine: if DingTalk
accepts messages from certain IP addresses only, its answer to the cluster can differ. HTTPS_PROXY and NO_PROXY count. The token
and the URL are never printed.

Exit codes: 0 delivered, 1 refused or no answer, 2 the robot or its Secret cannot be read, or is not usable.

Examples:
  argocd-dingtalk send --robot team-payments/payments
  argocd-dingtalk send --robot team-payments/payments -f samples/quickstart --output json
  sops --decrypt robot.yaml | argocd-dingtalk send --robot team-payments/payments -f -`,
    )
    .action((options: SendOptions) => send(options, io));
}
