import { createHash } from 'node:crypto';
import type { Finding } from '../api/finding.ts';
import { memoised } from '../lib/memo.ts';
import type { TemplateFamily } from '../template/check/family.ts';
import type { BodyScope } from '../template/go/context.ts';
import { specialise } from '../template/go/specialise.ts';
import type { Template } from '../template/syntax/nodes.ts';
import { type ParsedTemplate, parseTemplate } from '../template/template.ts';
import { fieldsOf, kindOf, type MessageField, type MessageKind, type TypedMessage } from './fields.ts';
import { urlProblem } from './url-field.ts';

/** A message whose templates have all been read. */
export interface ParsedMessage {
  /** Distinguishes messages by their sources: a hash, since every body is remembered by it. */
  readonly key: string;
  readonly kind: MessageKind;
  readonly fields: readonly ParsedField[];
  /** Where the events come from that it can be about. */
  readonly family: TemplateFamily;
  /** Whether several buttons stand side by side. */
  readonly isHorizontal: boolean;
}

export interface ParsedField extends MessageField {
  readonly template: Template;
}

/** The input of reading a message. */
export interface MessageSource {
  readonly message: TypedMessage;
  /** `spec.params`. */
  readonly params: Readonly<Record<string, string>>;
}

/** A message that can be sent, or everything that is wrong with it. */
export type MessageReading =
  | { readonly ok: true; readonly message: ParsedMessage }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Reads a message of a NotificationTemplate; the findings name the field, line and column. */
export const readMessage = memoised<MessageSource, MessageReading>(read, keyOf, 8 * 2 ** 20);

function keyOf({ message, params }: MessageSource): string {
  return JSON.stringify([message, params]);
}

function read({ message, params }: MessageSource): MessageReading {
  const names = new Set(Object.keys(params));
  const findings = [...names].flatMap(paramFinding);
  let family: TemplateFamily = 'any';
  const fields = fieldsOf(message).flatMap((field): ParsedField[] => {
    const parsed = parseTemplate(field.source, names, family);
    if (parsed.ok) family = parsed.family;
    findings.push(...problems(field, parsed, params));
    return parsed.ok ? [{ ...field, template: parsed.template }] : [];
  });
  if (findings.length > 0) return { ok: false, findings };
  const isHorizontal = message.actionCard?.orientation === 'Horizontal';
  const key = createHash('sha256').update(keyOf({ message, params })).digest('base64');
  return { ok: true, message: { key, kind: kindOf(message), fields, family, isHorizontal } };
}

function paramFinding(name: string): Finding[] {
  if (/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)) return [];
  const message = `spec.params: ${JSON.stringify(name.slice(0, 63))} cannot be the name of a param, since no {{params.NAME}} could refer to it. Use letters, digits and _.`;
  return [{ reason: 'InvalidTemplate', message }];
}

function problems(
  field: MessageField,
  parsed: ParsedTemplate,
  params: Readonly<Record<string, string>>,
): Finding[] {
  if (parsed.ok) return field.escape === 'url' ? urlProblems(field, parsed, params) : [];
  const { message, line, column } = parsed.problem;
  return [invalid(`${at(field)}, line ${line}, column ${column}: ${message}.`)];
}

const at = ({ path }: MessageField): string => `spec.message.${path}`;
const invalid = (message: string): Finding => ({ reason: 'InvalidTemplate', message });

/** A URL that is empty for some application would lose the whole message. */
function urlProblems(
  field: MessageField,
  { template: { nodes }, family }: ParsedTemplate & { readonly ok: true },
  params: Readonly<Record<string, string>>,
): Finding[] {
  const scope: BodyScope = { ...ANY_SCOPE, params };
  const problem = urlProblem(specialise(nodes, scope), scope, field.isRequired);
  switch (problem?.kind) {
    case undefined:
      return [];
    case 'scheme':
      return [
        invalid(
          `${at(field)}, line 1, column 1: a URL must begin with https://, http:// or dingtalk://, or with a value.`,
        ),
      ];
    case 'character': {
      const character = JSON.stringify(problem.character);
      return [
        invalid(
          `${at(field)}: ${character} is not allowed in a URL. Percent-encode the character, or remove it.`,
        ),
      ];
    }
    case 'empty':
      return [
        invalid(
          `${at(field)}, line 1, column 1: the URL can be empty, and DingTalk refuses a message without it. ` +
            `Add a fallback, such as {{default ${family === 'gitee' ? 'push.compare repository.html_url' : 'app.spec.source.repoURL appUrl'}}}.`,
        ),
      ];
  }
}

/** Where the events come from that a template's message can be about; `any` also for a message that is not accepted. */
export function familyOf(source: MessageSource): TemplateFamily {
  const reading = readMessage(source);
  return reading.ok ? reading.message.family : 'any';
}

/** Stands for any value that a message is compiled for later. */
export const ANY_SCOPE: BodyScope = {
  params: {},
  event: { name: 'event', trigger: 'trigger' },
  argocdUrl: 'https://argocd.example.com',
  timeZone: 'UTC',
};
