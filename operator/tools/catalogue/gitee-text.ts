import type { GiteeTrigger } from '../../gitee/events.ts';
import { describeGiteeTrigger, type GiteeDescription } from '../../message/catalogue/gitee-descriptions.ts';
import type { Locale } from '../../message/catalogue/locale.ts';

/** A trigger about Gitee as the command prints it. */
export interface GiteeEntry extends GiteeDescription {
  readonly name: GiteeTrigger;
}

export const giteeEntry = (name: GiteeTrigger, locale: Locale): GiteeEntry => ({
  name,
  ...describeGiteeTrigger(name, locale),
});

/** An entry in lines for people. */
export function giteeEntryText({ name, summary, actions }: GiteeEntry): string {
  const width = Math.max(...actions.map((action) => action.name.length));
  const lines = actions.map(
    (action, place) =>
      `  ${place === 0 ? 'actions:' : '        '} ${action.name.padEnd(width)} ${action.words}`,
  );
  return [`${name}: ${summary}`, ...lines, ''].join('\n');
}
