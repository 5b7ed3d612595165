/**
 * `preview`: the messages that DingTalk would receive for custom resources in files.
 *
 * recipients.ts lists the messages and their robots, message.ts asks Argo CD's engine to make each message, and condition.ts says
 * whether the event's condition is true for an Application. gitee.ts makes the messages about an event of Gitee.
 */

import type { JudgedFiles } from '../../files/judge.ts';
import { messageText, withoutControls } from '../../files/message-text.ts';
import { shownPaths } from '../../files/read-manifests.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { MAX_BODY_BYTES } from '../../template/go/compile.ts';
import {
  type FilesOptions,
  type FilesWork,
  readFiles,
  reportRefusals,
  withJudgement,
} from '../judged-files.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { giteeProblem, previewGitee } from './gitee.ts';
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
  /** A file with the body of a webhook of Gitee: only messages about its event. */
  readonly gitee?: string;
  readonly output: 'text' | 'json';
}

/**
 * Prints the messages.
 * @throws FindingsError if something is refused, or a message could not be sent
 * @throws UsageError if files or configuration can't be read, or no message is asked for
 */
export async function preview(options: PreviewOptions, io: ProcessIO): Promise<void> {
  if (options.app !== undefined && options.gitee !== undefined)
    throw new UsageError(
      '--app is about applications and --gitee about a Gitee repository: give one of the two',
    );
  const body = options.gitee === undefined ? undefined : await readBody(options.gitee, options.file, io);
  const application =
    options.app === undefined ? undefined : await readApplication(options.app, options.file, io);
  const now = new Date();
  // As if the subscriptions had always existed, so earlier occurrences count.
  const clocks = { now, serverTime: new Date(0) };
  await withJudgement(options, clocks, io, async (judged) => {
    const isRefused = reportRefusals(judged.findings, io);
    const messages: PreviewedMessage[] = [];
    if (body !== undefined) messages.push(...(await aboutGitee(body, judged, options, isRefused, now)));
    else {
      for (const recipient of chosen(judged, options, isRefused))
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

async function readBody(
  file: string,
  others: readonly string[],
  io: ProcessIO,
): Promise<{ readonly value: unknown }> {
  if (file === '-' && others.includes('-'))
    throw new UsageError('--gitee and --file are both -: standard input can be read only once');
  const [body, ...more] = await readFiles([file], io);
  if (body && more.length === 0) return body;
  throw new UsageError(`${shownPaths([file])}: --gitee takes a file with the JSON of one webhook`);
}

async function aboutGitee(
  { value }: { readonly value: unknown },
  judged: FilesWork,
  options: PreviewOptions,
  isRefused: boolean,
  now: Date,
): Promise<PreviewedMessage[]> {
  const problem = unknownRecipient(judged, options) ?? (isRefused ? undefined : giteeProblem(value, judged));
  if (problem !== undefined) throw new UsageError(problem);
  const messages = await previewGitee(value, judged, options, judged.engine, now);
  if (messages.length > 0 || isRefused) return messages;
  throw new UsageError('no message about the event matches all of --subscription, --event and --robot');
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
