import { type Command, Option } from 'commander';
import type { ProcessIO } from '../tools/process-io.ts';
import { type RelayQueueOptions, relayQueue } from '../tools/relay-queue/relay-queue.ts';

/** `argocd-dingtalk relay-queue`: the messages that a relay keeps. */
export function relayQueueCommand(command: Command, io: ProcessIO): void {
  command
    .usage('list|show|retry|drop [id...] --store <file> [options]')
    .requiredOption(
      '--store <file>',
      "the relay's SQLite file, or a file with the URL of its PostgreSQL database",
    )
    .addOption(
      new Option('--state <state...>', 'only messages in these states').choices([
        'waiting',
        'sending',
        'sent',
        'dead',
        'expired',
      ]),
    )
    .option('--robot <namespace/name>', 'only messages for this DingTalkRobot')
    .option('--limit <number>', 'list so many messages at most, the oldest first', '100')
    .addOption(
      new Option('-o, --output <format>', 'how to print the messages')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', HELP)
    .action((words: string[], options: RelayQueueOptions) => relayQueue(words, options, io));
}

const HELP = `
A message is waiting, then sending, and at the end sent, dead or expired. A dead message was refused for a reason that time does not
change; the column ANSWER has DingTalk's last answer. An expired message waited longer than limits.maxEventAge.

  list    a line for each message that was not sent; --state sent lists those that were sent
  show    everything about a message, with its body
  retry   dead and expired messages wait again, as if they came now; each keeps its msgUuid
  drop    delete messages that are waiting, dead or expired; the relay does not accept the same event again for 24 hours

retry and drop take ids, or all messages that --state and --robot choose. The relay may run meanwhile. The command must be of the
same version as the relay. It never prints a token or the URL of the database. A SQLite file is used by one machine only, so run the
command in the relay's pod.

The relay keeps sent messages for 7 days and dead and expired ones for 30 days, within 100 MB and 20 MB each. Stored are messages and
answers, and no Applications, tokens or signatures.

Exit codes: 0 done, 1 a message does not exist, or its state does not allow the action, 2 the command was called wrongly or could
not use the store.

Examples:
  argocd-dingtalk relay-queue list --store /var/lib/argocd-dingtalk/relay.db
  argocd-dingtalk relay-queue show 4711 --store /var/lib/argocd-dingtalk/relay.db
  argocd-dingtalk relay-queue retry --state dead --robot team-payments/payments --store /var/lib/argocd-dingtalk/relay.db
  argocd-dingtalk relay-queue drop 4711 4712 --store /etc/argocd-dingtalk-postgres/url --output json`;
