import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { createLogger } from '../lib/logger.ts';
import { createCommitClient } from '../relay/commits/client.ts';
import { createGiteeDoor } from '../relay/gitee/gitee-door.ts';
import { Relay } from '../relay/relay.ts';
import { openRelayStore } from '../relay/store/open.ts';
import { readConfiguration } from '../tools/configuration.ts';
import { openDingTalk } from '../tools/dingtalk.ts';
import { type ProcessIO, UsageError } from '../tools/process-io.ts';
import { kubeconfigOption } from './options.ts';
import { runUntilSignal } from './until-signal.ts';

/** The sender waits no longer for a request when the relay ends. */
const MESSAGE_TIMEOUT_MS = 4_000;

/** The port of the container in `config/gitee`. */
const GITEE_ADDRESS = '0.0.0.0:8084';

interface RelayCommandOptions {
  readonly config: string;
  readonly kubeconfig?: string;
  readonly leave: string;
  readonly listenGitee?: string;
}

/** `argocd-dingtalk relay`: runs until a signal stops it. */
export function relayCommand(command: Command, io: ProcessIO): void {
  command
    .requiredOption(
      '--config <file>',
      "the operator's configuration file; samples/config.yaml explains every field",
    )
    .addOption(kubeconfigOption())
    .option(
      '--listen-gitee <address>',
      'where hooks of Gitee post to (default: 0.0.0.0:8084 if the configuration has gitee.publicURL)',
    )
    .option('--leave <seconds>', 'after a signal, be not ready and take events for so long', '0')
    .addHelpText(
      'after',
      () => `
Argo CD posts events to relay.listen, and the relay sends the messages of robots with delivery Relay. Hooks of Gitee post to
--listen-gitee, by way of an Ingress that has gitee.publicURL with TLS. relay.store says where the relay keeps messages. Logs are
JSON lines on standard output. Ctrl-C or SIGTERM stops the relay. With --leave, the relay is not ready first, and takes events for
some seconds more, until its Service leads nobody to it.

Exit codes: 0 a signal has stopped the relay, 1 it could not start or go on, 2 the command was called wrongly or could not
read its configuration.

Example:
  argocd-dingtalk relay --config samples/config.yaml --kubeconfig ~/.kube/config`,
    )
    .action(async (options: RelayCommandOptions) => {
      const config = readConfiguration(options.config);
      if (config.relay.url === undefined)
        throw new UsageError(
          `${options.config}: relay.url is missing. The operator gives robots to the relay, and Argo CD its address, by this field.`,
        );
      if (!/^\d{1,2}$/.test(options.leave))
        throw new UsageError(`--leave: expected seconds from 0 to 99, got ${options.leave}`);
      const listenGitee = options.listenGitee ?? (config.gitee.publicURL && GITEE_ADDRESS);
      if (listenGitee !== undefined && !/^.+:\d{1,5}$/.test(listenGitee))
        throw new UsageError(
          `--listen-gitee: expected ADDRESS:PORT, such as ${GITEE_ADDRESS}, got ${listenGitee}`,
        );
      const log = createLogger(config.log.level, io.stdout);
      const relay = new Relay({
        ...{ config, log, listen: config.relay.listen, kubeconfig: options.kubeconfig },
        openStore: () => openRelayStore(config.relay.store, { log, isOnly: 'sqlite' in config.relay.store }),
        dingtalk: openDingTalk(config, MESSAGE_TIMEOUT_MS),
        argocdApi: config.argocd.api && createCommitClient(config.argocd.api),
        ...(listenGitee !== undefined && { further: { listen: listenGitee, create: createGiteeDoor } }),
        now: Date.now,
        random: Math.random,
        leave: () => delay(Number(options.leave) * 1_000),
      });
      await runUntilSignal(relay, log, io);
    });
}
