import { messageText, withoutControls } from '../../files/message-text.ts';
import { MAX_BODY_BYTES } from '../../template/go/compile.ts';
import type { PreviewedMessage } from './message.ts';

/** A message in lines for people. */
export function describeMessage(message: PreviewedMessage): string {
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
