/**
 * `preview`: the messages that DingTalk would receive for custom resources in files.
 *
 * recipients.ts lists the messages and their robots, message.ts asks Argo CD's engine to make each message, and condition.ts says
 * whether the event's condition is true for an Application.
 */

import type { JudgedFiles } from '../../files/judge.ts';
import { messageText, withoutControls } from '../../files/message-text.ts';
import { shownPaths } from '../../files/read-manifests.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { MAX_BODY_BYTES } from '../../template/go/compile.ts';
import { type FilesOptions, readFiles, reportRefusals, withJudgement } from '../judged-files.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { type PreviewedMessage, previewMessage } from './message.ts';
import {
  chosenRecipients,
  nothingChosen,
  type PreviewRecipient,
  type RecipientFilter,
  unknownRecipient,
} from './recipients.ts';

/** All options of `argocd-dingtalk preview`. */
export interface PreviewOptions extends FilesOptions, RecipientFilter {
  /** A file with an Application; absent: a sample that fits each event. */
  readonly app?: string;
  readonly output: 'text' | 'json';
}

/**
 * Prints the messages.
 * @throws FindingsError if something is refused, or a message could not be sent
 * @throws UsageError if files or configuration can't be read, or no message is asked for
 */
export async function preview(options: PreviewOptions, io: ProcessIO): Promise<void> {
  const application =
    options.app === undefined ? undefined : await readApplication(options.app, options.file, io);
  const now = new Date();
  // As if the subscriptions had always existed, so earlier occurrences count.
  const clocks = { now, serverTime: new Date(0) };
  await withJudgement(options, clocks, io, async (judged) => {
    const isRefused = reportRefusals(judged.findings, io);
    const messages: PreviewedMessage[] = [];
    for (const recipient of chosen(judged, options, isRefused)) {
      messages.push(await previewMessage(recipient, judged, judged.engine, now, application));
    }
    const { stdout } = io;
    if (options.output === 'json') stdout.write(`${JSON.stringify(messages, null, 2)}\n`);
    else stdout.write(messages.map(describeMessage).join('\n'));
    if (isRefused || messages.some(({ error }) => error !== undefined)) throw new FindingsError();
  });
}

async function readApplication(file: string, others: readonly string[], io: ProcessIO): Promise<SampleFile> {
  if (file === '-' && others.includes('-'))
    throw new UsageError('--app and --file are both -: standard input can be read only once');
  const documents = await readFiles([file], io);
  const applications = documents
    .map(({ value }) => value as { readonly apiVersion?: unknown; readonly kind?: unknown })
    .filter(({ apiVersion, kind }) => kind === 'Application' && `${apiVersion}`.startsWith('argoproj.io/'));
  const [application] = applications;
  if (application && applications.length === 1) return application as SampleFile;
  throw new UsageError(
    `${shownPaths([file])}: --app takes a file with one Application of argoproj.io, but this file has ${applications.length}`,
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

/** A message in lines for people. */
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
