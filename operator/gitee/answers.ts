import { own } from '../lib/own.ts';
import { type FoundHook, HOOK_SWITCHES, type HookSwitches } from './hook.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads one hook of an answer; undefined if it is none. Numbers and booleans may come as texts. */
export function readHook(value: unknown): FoundHook | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Fields;
  const id = positiveInteger(own(fields, 'id'));
  if (id === undefined) return undefined;
  const text = (name: string): string => {
    const given = own(fields, name);
    return typeof given === 'string' ? given : '';
  };
  const switches = Object.fromEntries(
    HOOK_SWITCHES.map((name) => [name, isOn(own(fields, name))]),
  ) as HookSwitches;
  return { id, url: text('url'), password: text('password'), switches };
}

/** Reads a page of hooks; undefined if the answer is none. */
export function readHooks(value: unknown): readonly FoundHook[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const hooks = value.map(readHook);
  return hooks.every((hook) => hook !== undefined) ? hooks : undefined;
}

function positiveInteger(given: unknown): number | undefined {
  const number = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  return Number.isSafeInteger(number) && (number as number) > 0 ? (number as number) : undefined;
}

const isOn = (given: unknown): boolean => given === true || given === 1 || given === '1' || given === 'true';
