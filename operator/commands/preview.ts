import { type Command, Option } from 'commander';
import type { JudgedFiles } from '../files/judge.ts';
import { messageText, withoutControls } from '../files/message-text.ts';
import {
  FILES_HELP,
  type FilesOptions,
  filesOptions,
  readFiles,
  tellRefusals,
  withJudgement,
} from '../files/offline.ts';
import type { SampleFile } from '../files/sample-application.ts';
import { FindingsError, type ProcessIO, UsageError } from '../lib/process-io.ts';
import { MAX_BODY_BYTES } from '../template/go/body.ts';
import { type PreviewedMessage, previewMessage } from '../tools/preview/preview.ts';
import {
  chosenRecipients,
  nothingChosen,
  type PreviewRecipient,
  type RecipientFilter,
  unknownRecipient,
} from '../tools/preview/recipients.ts';

interface PreviewOptions extends FilesOptions, RecipientFilter {
  readonly app?: string;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk preview`: what DingTalk would receive, without a cluster. */
export function previewCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .option(
      '--app <file>',
      'an Application to make the messages for (default: a sample that fits each event)',
    )
    .option('--event <name>', 'only this event, by its name or else its trigger')
    .option('--subscription <namespace/name>', 'only this subscription')
    .option('--robot <namespace/name>', 'only messages to this robot')
    .addOption(
      new Option('-o, --output <format>', 'how to print messages').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (options: PreviewOptions) => {
      const application = options.app === undefined ? undefined : await readApplication(options.app);
      const now = new Date();
      // As if the subscriptions had been there all along, so that what happened before now counts.
      const clocks = { now, serverTime: new Date(0) };
      await withJudgement(options, clocks, io, async (judged) => {
        const isRefused = tellRefusals(judged, io);
        const messages: PreviewedMessage[] = [];
        for (const recipient of chosen(judged, options, isRefused)) {
          messages.push(await previewMessage(recipient, judged, judged.engine, now, application));
        }
        const { stdout } = io;
        if (options.output === 'json') stdout.write(`${JSON.stringify(messages, null, 2)}\n`);
        else stdout.write(messages.map(describeMessage).join('\n'));
        if (isRefused || messages.some(({ error }) => error !== undefined)) throw new FindingsError();
      });
    });
}

const HELP = `
Argo CD's own engine makes each body, for each subscription, event and robot. With --app it is also said whether the
event's condition is true for that Application now, and if not, why; the message is shown in any case. An Application is what
kubectl get applications.argoproj.io NAME -o yaml prints. What is refused is told on standard error, as by lint.
${FILES_HELP}

Exit codes: 0 all is well, 1 something is refused or a message could not be sent, 2 the command was called wrongly or
could not read its input.

Examples:
  argocd-dingtalk preview -f samples/quickstart --config samples/config.yaml
  argocd-dingtalk preview -f deploy --event on-sync-failed --robot team-payments/payments
  argocd-dingtalk preview -f deploy --app application.yaml -o json | jq '.[].body'`;

async function readApplication(file: string): Promise<SampleFile> {
  const documents = await readFiles([file]);
  const applications = documents
    .map(({ value }) => value as { readonly apiVersion?: unknown; readonly kind?: unknown })
    .filter(({ apiVersion, kind }) => kind === 'Application' && `${apiVersion}`.startsWith('argoproj.io/'));
  const [application] = applications;
  if (application && applications.length === 1) return application as SampleFile;
  throw new UsageError(
    `${file}: --app takes a file with one Application of argoproj.io, and this one has ${applications.length}`,
  );
}

/** The messages that the options ask for. */
function chosen(judged: JudgedFiles, options: PreviewOptions, isRefused: boolean): PreviewRecipient[] {
  const unknown = unknownRecipient(judged, options);
  if (unknown !== undefined) throw new UsageError(unknown);
  const recipients = chosenRecipients(judged, options);
  if (recipients.length === 0 && !isRefused) throw new UsageError(nothingChosen(judged));
  return recipients;
}

function describeMessage(message: PreviewedMessage): string {
  const { namespace, subscription, event, robot, msgtype, size, body, condition, why, error } = message;
  const kind = msgtype ?? 'no message';
  const lines = [
    `${namespace}/${subscription} ${event} → ${robot}: ${kind}, ${size} of ${MAX_BODY_BYTES} bytes`,
    ...(condition === undefined ? [] : [`condition: ${condition}${why === undefined ? '' : `: ${why}`}`]),
    ...(error === undefined ? [] : [`error: ${error}`]),
  ].map(withoutControls);
  const text = typeof body === 'string' ? withoutControls(body) : body === null ? '' : messageText(body);
  return `${[...lines, ...(text === '' ? [] : ['', indented(text)])].join('\n')}\n`;
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, '  ');
