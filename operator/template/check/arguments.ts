import { isTimeZone } from '../../lib/time-zone.ts';
import { type ArgumentKind, DATE_FORMAT, type HelperSignature, MAX_LENGTH } from '../syntax/helpers.ts';
import { LIMITS } from '../syntax/limits.ts';
import type { Value } from '../syntax/nodes.ts';
import { type SourcePlace, TemplateError } from '../syntax/problem.ts';

/** Where an argument stands. */
interface Where {
  readonly signature: HelperSignature;
  readonly place: SourcePlace;
}

/** @throws TemplateError if a helper does not take such an argument in this place */
export function checkArgument(value: Value, kind: ArgumentKind, { signature, place }: Where): void {
  const problem = problemOf(value, kind);
  if (problem !== undefined) throw new TemplateError(`${problem}: {{${signature.usage}}}`, place);
}

function problemOf(value: Value, kind: ArgumentKind): string | undefined {
  const literal = value.kind === 'literal' ? value.value : undefined;
  switch (kind) {
    case 'any':
      return value.kind === 'call' && value.helper === 'markdown'
        ? 'markdown can only be printed and cannot be an argument'
        : undefined;
    case 'data':
      return isData(value)
        ? undefined
        : 'this argument must be a field such as app.status.conditions or push.commits, or a named item';
    case 'text':
      return isText(literal)
        ? undefined
        : `this argument must be a text in quotes, of ${LIMITS.literal} characters at most`;
    case 'search':
      return isText(literal) && literal !== ''
        ? undefined
        : `this argument must be a text in quotes, of 1 to ${LIMITS.literal} characters`;
    case 'place':
      return isWithin(literal, 0, 100_000)
        ? undefined
        : 'this argument must be a place in the list: 0 is the first';
    case 'length':
      return isWithin(literal, 1, MAX_LENGTH)
        ? undefined
        : `this argument must be a number from 1 to ${MAX_LENGTH}`;
    case 'format':
      return typeof literal === 'string' && DATE_FORMAT.test(literal) && isText(literal)
        ? undefined
        : 'the format of a time consists of YYYY, MM, DD, HH, mm and ss';
    case 'zone':
      return typeof literal === 'string' && isTimeZone(literal)
        ? undefined
        : 'a time zone must be an IANA name such as "Asia/Shanghai"';
  }
}

/** Only the data contains lists and maps: no helper makes one, so the data bounds every loop. */
export function isData(value: Value): boolean {
  return value.kind === 'data' || value.kind === 'bound' || (value.kind === 'call' && value.helper === 'at');
}

const isText = (literal: unknown): literal is string =>
  typeof literal === 'string' && literal.length <= LIMITS.literal;

const isWithin = (literal: unknown, min: number, max: number): boolean =>
  typeof literal === 'number' && literal >= min && literal <= max;
