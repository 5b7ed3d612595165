import type { NotificationTemplate } from '../../operator/api/kinds.ts';
import type { Mentions } from '../../operator/api/types.generated.ts';
import { subscription, template } from '../../operator/core/testing/fixtures.ts';
import type { Case } from './cases.ts';
import type { Corpus } from './corpus.ts';
import { Handlebars } from './handlebars.ts';
import { clip, mutate } from './mutations.ts';
import type { Random } from './random.ts';

/** The robot that messages in Handlebars go to: it has keywords, and every message that leaves has to be taken. */
export const STRICT_ROBOT = 'strict';

type Spec = NotificationTemplate['spec'];

const PARAMS = ['owner', 'grade', 'a-b', '', '__proto__', 'constructor', 'x'.repeat(64), '中'];
const VALUES = [
  'payments',
  '',
  '{{app.metadata.name}}',
  '{{.secrets}}',
  '"\\\n\u2028`',
  '中文 🔥',
  '@all',
  'x'.repeat(512),
];
const MOBILES = ['13800000000', '+852-12345678', '99999'];
const USERS = ['user1', 'a.b-c_d', '0', 'x'.repeat(64)];

/** Somebody's message in Handlebars, and an event that sends it. */
export function typedCase(
  random: Random,
  index: number,
  name: string,
  namespace: string,
  corpus: Corpus,
): Case {
  const isWild = random.chance(0.3);
  const message = messageOf(random, isWild, corpus);
  const canMention = message.markdown !== undefined || message.text !== undefined;
  const spec: Spec = {
    message,
    params: { owner: random.pick(VALUES), ...(isWild && paramsOf(random)) },
    ...(canMention && random.chance(0.4) && { at: mentions(random) }),
  };
  const own = random.chance(0.3) && { params: isWild ? paramsOf(random) : { owner: random.pick(VALUES) } };
  const event = {
    name: 'own',
    when: 'true',
    template: { name, ...own },
    ...(random.chance(canMention ? 0.3 : isWild ? 0.1 : 0) && { at: mentions(random) }),
  };
  // With another event beside it, a message stands in a template that both share.
  const another = [{ ...event, name: 'again' }, { trigger: 'on-deployed' }];
  const companions = random.chance(0.5) ? [random.pick(another)] : [];
  return {
    index,
    template: { ...template({ namespace, name }, ''), spec },
    subscription: subscription(
      { namespace, name },
      { robots: [{ name: STRICT_ROBOT }], applications: { all: true }, events: [event, ...companions] },
    ),
  };
}

const paramsOf = (random: Random): Record<string, string> =>
  Object.fromEntries(random.many(0, 2, () => [random.pick(PARAMS), random.pick(VALUES)]));

const mentions = (random: Random): Mentions => ({
  ...(random.chance(0.5) && { mobiles: [...new Set(random.many(1, 3, () => random.pick(MOBILES)))] }),
  ...(random.chance(0.5) && { userIds: [...new Set(random.many(1, 3, () => random.pick(USERS)))] }),
  ...(random.chance(0.3) && { all: random.chance(0.5) }),
});

/** Long enough for whatever a tame text is made of. */
const SHORT = '{{event.name}} {{app.metadata.name}}';

function messageOf(random: Random, isWild: boolean, corpus: Corpus): Spec['message'] {
  const grammar = new Handlebars(random, isWild);
  const fitting = (text: string, most: number): string => {
    if (!isWild) return text.length > most ? SHORT : text || SHORT;
    return clip(random.chance(0.3) ? mutate(random, text, corpus.handlebars) : text, most);
  };
  const text = (most: number, depth = 1): string =>
    fitting(isWild && random.chance(0.2) ? random.pick(corpus.handlebars) : grammar.text(depth), most);
  const url = (): string => fitting(grammar.url(), 1024);
  return random.oneOf<Spec['message']>(
    () => ({ markdown: { title: text(256), text: text(8192, 3) } }),
    () => ({ markdown: { title: text(256), text: text(8192, 3) } }),
    () => ({ text: { content: text(8192, 3) } }),
    () => ({
      link: {
        title: text(256),
        text: text(2048),
        url: url(),
        ...(random.chance(0.5) && { pictureUrl: url() }),
      },
    }),
    () => ({
      actionCard: {
        title: text(256),
        text: text(8192, 2),
        buttons: random.many(1, 5, () => ({ title: text(128, 0), url: url() })) as never,
        ...(random.chance(0.5) && { orientation: 'Horizontal' as const }),
      },
    }),
    () => ({
      feedCard: {
        links: random.many(1, 10, () => ({ title: text(256, 0), url: url(), pictureUrl: url() })) as never,
      },
    }),
  );
}
