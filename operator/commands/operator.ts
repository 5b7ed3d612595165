import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { DingTalkOperator } from '../controller/operator.ts';
import { createLogger } from '../lib/logger.ts';
import { readConfiguration } from '../tools/configuration.ts';
import { openDingTalk } from '../tools/dingtalk.ts';
import { openGitee } from '../tools/gitee.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { COMMANDS } from './descriptions.ts';
import { kubeconfigOption } from './options.ts';
import { run, withProcessIO } from './run.ts';
import { runUntilSignal } from './until-signal.ts';

/** Three attempts of this length, with the pauses between them, end within fifteen seconds. */
const MESSAGE_TIMEOUT_MS = 4_000;

/** `argocd-dingtalk operator`: runs until a signal stops it. */
export function operatorCommand(command: Command, io: ProcessIO): void {
  command
    .requiredOption('--config <file>', 'configuration file; samples/config.yaml explains every field')
    .addOption(kubeconfigOption())
    .addHelpText(
      'after',
      () => `
Logs are JSON lines on standard output. Ctrl-C or SIGTERM stops the operator.

Exit codes: 0 a signal has stopped the operator, 1 it could not start or go on, 2 the command was called wrongly or could
not read its configuration.

Example:
  ${asTyped(command)} --config samples/config.yaml --kubeconfig ~/.kube/config`,
    )
    .action(async (options: { config: string; kubeconfig?: string }) => {
      const config = readConfiguration(options.config);
      const log = createLogger(config.log.level, io.stdout);
      // The library's base class loads the default kubeconfig and fails if it is broken, even if --kubeconfig names another one.
      if (options.kubeconfig !== undefined) process.env.KUBECONFIG = options.kubeconfig;
      const operator = new DingTalkOperator({
        config,
        kubeconfig: options.kubeconfig,
        log,
        dingtalk: openDingTalk(config, MESSAGE_TIMEOUT_MS),
        openGitee: (onRequest) => openGitee(config, onRequest),
        now: Date.now,
        random: Math.random,
        randomBytes,
      });
      await runUntilSignal(operator, log, io);
    });
}

/** The operator is also a separate program. */
function asTyped(command: Command): string {
  return command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}

/** Runs the operator as a separate program, with the options of `argocd-dingtalk operator`. */
export async function runOperator(args: readonly string[], io: ProcessIO): Promise<number> {
  const program = withProcessIO(new Command('argocd-dingtalk-operator'), io);
  operatorCommand(program.description(COMMANDS.operator.description), io);
  return run(program, args, io);
}
