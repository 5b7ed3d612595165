import type { GiteeTrigger } from './events.ts';

/** What a body says by itself, whatever the repository and the person. */
export interface ToldByBody {
  readonly trigger: GiteeTrigger;
  readonly action: string;
  readonly branch?: string | undefined;
  readonly tag?: string;
  readonly subject: string;
  readonly url?: string | undefined;
  readonly roots: Readonly<Record<string, unknown>>;
}
