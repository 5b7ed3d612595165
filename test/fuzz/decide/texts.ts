import { CATALOGUE } from '../../../operator/message/catalogue/catalogue.ts';
import { loadCorpus } from '../corpus.ts';
import { expression } from '../expressions.ts';
import { Handlebars } from '../handlebars.ts';
import { mutate, NASTIES } from '../mutations.ts';
import type { Random } from '../random.ts';
import { goTemplate } from '../templates.ts';
import { GOOD } from './good-team.ts';

/** What every object of JavaScript has. */
export const PROTOTYPE_NAMES = [
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf', 'toJSON'],
  ...['then', 'length', '__defineGetter__', 'prototype'],
];

/** Few, so that references hit. `tostring` and the like are names that Kubernetes takes. */
export const NAMES = ['a', 'b', 'c', 'constructor', 'tostring', '0', 'null', `n${'x'.repeat(61)}n`];

/** Namespaces of those who mean no good, or are just there. `argocd` is trusted. */
export const NAMESPACES = ['team-a', 'team-b', 'constructor', 'argocd', `${GOOD}-x`, `t${'y'.repeat(61)}t`];

/** AppProjects that are granted to some of these. */
export const PROJECTS = ['default', 'x-1', 'x-2', 'constructor', 'p'.repeat(253)];

/** Keys of Secrets. */
export const SECRET_KEYS = ['webhook', 'secret', ...PROTOTYPE_NAMES];

const ZONES = [
  ...[
    'UTC',
    'Asia/Shanghai',
    'Asia/Shangai',
    'asia/shanghai',
    'CTT',
    'JST',
    'EST',
    'Etc/GMT+12',
    'Nowhere/X',
  ],
  ...['Local', 'A'.repeat(64), '+08:00', '`', '../../etc/passwd'],
];
const GLOBS = ['*', '?', '**', 'team-*', `${'*a'.repeat(31)}`, `${'*a'.repeat(126)}*`, '*'.repeat(253), GOOD];
const PARAMS = ['owner', 'grade', 'a-b', '', '中', 'x'.repeat(300), ...PROTOTYPE_NAMES];
const LOOKALIKES = [
  '',
  ' ',
  'null',
  '~',
  'yes',
  '1e3',
  '0x1f',
  '2026-01-01',
  '- a',
  'a: b',
  '{"a":1}',
  '<<: *a',
];
const corpus = loadCorpus();

/** Tokens and the like would stand in a status by right if a resource had them; so nothing that is made up looks like one. */
type Maker = (random: Random) => string;

const someName: Maker = (random) => random.pick(NAMES);
const someNamespace: Maker = (random) => random.pick([...NAMESPACES, GOOD]);
const condition: Maker = (random) =>
  random.oneOf(
    () => random.pick(corpus.expressions),
    () => expression(random),
    () => mutate(random, random.pick(corpus.expressions), corpus.expressions),
    () => Array.from({ length: 120 }, (_, index) => `f${index}()`).join('||'),
  );

/** What a field of this name would have, wherever it stands; a field that is not in here is made by its schema alone. */
const BY_NAME: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['name', someName],
  ['namespace', someNamespace],
  ['namespaces', (random) => (random.chance(0.5) ? someNamespace(random) : random.pick(GLOBS))],
  ['destinationNamespaces', someNamespace],
  ['names', (random) => random.pick([...GLOBS, ...NAMES])],
  ['projects', (random) => random.pick([...PROJECTS, 'orders-project'])],
  [
    'clusters',
    (random) => random.pick(['in-cluster', 'https://kubernetes.default.svc', 'https://[::1]:6443']),
  ],
  ['key', (random) => random.pick(SECRET_KEYS)],
  [
    'trigger',
    (random) => random.pick([...CATALOGUE.map(({ name }) => name), 'on-sync-faild', 'constructor']),
  ],
  ['timeZone', (random) => random.pick(ZONES)],
  ['when', condition],
  ['oncePer', condition],
  ['eventTime', condition],
  ['raw', (random) => (random.chance(0.5) ? random.pick(corpus.templates) : goTemplate(random))],
]);

/** What people write who mean well; so much of it hits and is taken that the core is seen at work, too. */
const USUAL: ReadonlyMap<string, readonly string[]> = new Map([
  ['name', NAMES.slice(0, 2)],
  ['namespace', NAMESPACES.slice(0, 2)],
  ['namespaces', [...NAMESPACES.slice(0, 2), 'team-*', '*']],
  ['key', ['webhook', 'webhook', 'secret']],
  ['trigger', CATALOGUE.map(({ name }) => name)],
  ['timeZone', ['UTC', 'Asia/Shanghai', 'Etc/GMT+12']],
  [
    'when',
    ["app.status?.operationState?.phase == 'Running'", 'true', "app.metadata.name startsWith 'a' // {{"],
  ],
  ['oncePer', ['app.status?.operationState?.startedAt', "app.metadata.name + '`'"]],
  ['eventTime', ['app.status?.operationState?.startedAt']],
]);

/**
 * A text for a field of this name, or undefined if nothing is known of the name.
 * @param isUsual rather one that is right
 */
export function textFor(property: string, random: Random, isUsual: boolean): string | undefined {
  const usual = USUAL.get(property);
  return usual && isUsual && random.chance(0.9) ? random.pick(usual) : BY_NAME.get(property)?.(random);
}

/** Handlebars that can be compiled, of at most so many characters. */
export function goodMessage(random: Random, most: number): string {
  const text = random.chance(0.5)
    ? new Handlebars(random, false).text(2)
    : new Handlebars(random, false).url();
  return text.length > 0 && text.length <= most ? text : '{{appUrl}}'.slice(0, most);
}

/** A text that is meant to be shown: Handlebars, whole or damaged. */
export function messageText(random: Random): string {
  return random.oneOf(
    () => new Handlebars(random, false).text(2),
    () => new Handlebars(random, true).text(3),
    () => mutate(random, random.pick(corpus.handlebars), corpus.handlebars),
    () => nastyText(random),
  );
}

/** What some parser may stumble over. */
export function nastyText(random: Random): string {
  return random.oneOf(
    () => random.pick(NASTIES),
    () => random.pick(LOOKALIKES),
    () => random.pick(PROTOTYPE_NAMES),
    () => random.many(2, 12, () => random.pick(NASTIES)).join(random.pick(['', ' ', 'x'])),
    () => random.pick(['\ud83d', 'a\udc00b', '\udc00\ud83d']),
    () => random.pick(NASTIES).repeat(random.int(2, 3_000)),
    () =>
      random.pick(
        ['{{', '{{#if a}}', '${', '`', '"', '\\', '[](', '(', '*a'].map((each) => each.repeat(400)),
      ),
  );
}

/** The name of an entry of a map. */
export const mapKey = (random: Random): string =>
  random.chance(0.8) ? random.pick(PARAMS) : nastyText(random).slice(0, 2_000);
