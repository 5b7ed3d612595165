import type { Mentions } from '../api/types.generated.ts';
import type { Locale } from './catalogue/locale.ts';
import type { MessageSource } from './parse.ts';

/** The audience: the requirements of a robot's group for its messages. */
export interface Audience {
  readonly locale: Locale;
  /** IANA name. */
  readonly timeZone: string;
  readonly keywords: readonly string[];
}

/** The content of an event: a template's message, or the catalogue's own. */
export interface EventMessage {
  /** The event's name in its subscription. */
  readonly name: string;
  /** The trigger's name in the catalogue; absent for an event with its own condition. */
  readonly trigger?: string | undefined;
  /** A template's message with the template's own params, which it was judged by. Absent: the catalogue's message. */
  readonly template?: MessageSource | undefined;
  /** The template's params with the event's values in place. */
  readonly params: Readonly<Record<string, string>>;
  readonly at: Mentions;
}
