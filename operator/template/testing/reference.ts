import Handlebars from 'handlebars';
import type { Commit } from '../../argocd/commit-field.ts';
import { own } from '../../lib/own.ts';
import { GITEE_ROOTS } from '../check/family.ts';
import type { BodyScope } from '../go/context.ts';
import type { Escape } from '../go/defines.ts';
import { helpers } from './reference-helpers.ts';
import { appUrl, print } from './reference-print.ts';

/** The data that a template sees. */
export interface Data {
  /** The Application, or an event of Gitee with its roots. */
  readonly app: unknown;
  readonly context: Readonly<Record<string, string>>;
  readonly commit?: Commit | undefined;
}

/**
 * The output of stock Handlebars for a template in each kind of field, with the language's helpers and escape
 * function.
 */
export function renderReference(
  source: string,
  data: Data,
  scope: BodyScope,
  modes: readonly Escape[],
): string[] {
  const environment = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers(scope.timeZone)))
    environment.registerHelper(name, helper as Handlebars.HelperDelegate);
  environment.registerHelper('each', eachSorted);
  environment.registerHelper(ROOTS_BLOCK, function (this: unknown, options: Handlebars.HelperOptions) {
    const gitee = GITEE_ROOTS.map((root) => own(data.app as Readonly<Record<string, unknown>>, root));
    const argocd = [data.app, data.context, scope.params, scope.event, appUrl(data.app, scope), data.commit];
    const roots = [...argocd, ...gitee];
    return options.fn(this, { data: options.data, blockParams: roots });
  });
  // parse has done the white space control; a second time would remove more.
  const render = environment.compile(withRoots(Handlebars.parse(source)), { ignoreStandalone: true });
  const escaping = Handlebars.Utils.escapeExpression;
  // Handlebars has one escape function for all its environments, and a template looks it up once.
  let current: Escape = 'plain';
  Handlebars.Utils.escapeExpression = (value: unknown) => print(value, current);
  try {
    return modes.map((mode) => {
      current = mode;
      return render({});
    });
  } finally {
    Handlebars.Utils.escapeExpression = escaping;
  }
}

/** Go goes through a map in the order of its keys' bytes. */
function eachSorted(this: unknown, list: unknown, options: Handlebars.HelperOptions): string {
  const isList = Array.isArray(list);
  const keys = isList
    ? [...list.keys()]
    : Object.keys(Object(typeof list === 'string' ? {} : list)).sort(byBytes);
  if (keys.length === 0 || typeof list !== 'object' || list === null) return options.inverse(this);
  return keys
    .map((key, index) => {
      const data = Handlebars.createFrame(options.data);
      Object.assign(data, { key, index, first: index === 0, last: index === keys.length - 1 });
      const item = (list as Record<string | number, unknown>)[key];
      return options.fn(item, { data, blockParams: [item, key] });
    })
    .join('');
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const ROOTS_BLOCK = '__roots';

/** One invisible block around everything gives the roots their names, so every block sees them. */
function withRoots(program: hbs.AST.Program): hbs.AST.Program {
  const { loc } = program;
  const path = {
    type: 'PathExpression',
    data: false,
    depth: 0,
    parts: [ROOTS_BLOCK],
    original: ROOTS_BLOCK,
    loc,
  };
  const names = ['app', 'context', 'params', 'event', 'appUrl', 'commit', ...GITEE_ROOTS];
  const inner = { ...program, blockParams: names };
  const strips = { openStrip: {}, inverseStrip: {}, closeStrip: {} };
  const block = { type: 'BlockStatement', path, params: [], program: inner, ...strips, loc };
  return { type: 'Program', body: [block], strip: {}, blockParams: [], loc } as unknown as hbs.AST.Program;
}
