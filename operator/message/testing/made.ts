import type { Finding } from '../../api/finding.ts';
import { compileBody } from '../../template/go/compile.ts';
import type { BodyScope } from '../../template/go/context.ts';
import type { Demands } from '../additions.ts';
import { messageParts } from '../body.ts';
import type { TypedMessage } from '../fields.ts';
import { readMessage } from '../parse.ts';

/** The input of a message; every input except the message itself has an ordinary value. */
export interface Making {
  readonly message: TypedMessage;
  readonly params?: Readonly<Record<string, string>>;
  readonly demands?: Partial<Demands>;
  readonly scope?: Partial<BodyScope>;
}

/** The Go template of a body, or the reason why there is no template. */
export type Made =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly finding: Finding };

/** Reads a message and makes its body. @throws Error if a template in it is refused */
export function made({ message, params = {}, demands = {}, scope = {} }: Making): Made {
  const reading = readMessage({ message, params });
  if (!reading.ok) throw new Error(reading.findings.map((finding) => finding.message).join('\n'));
  const parts = messageParts({
    message: reading.message,
    scope: {
      params,
      event: { name: 'on-x', trigger: '' },
      argocdUrl: 'https://cd.example.com',
      timeZone: 'Asia/Shanghai',
      ...scope,
    },
    demands: { keywords: [], at: {}, ...demands },
  });
  return parts.ok ? { ok: true, body: compileBody([parts]) } : parts;
}

/** The URLs of a message as DingTalk gets it. */
export function urlsOf(content: object): string[] {
  return Object.entries(content).flatMap(([key, value]): string[] => {
    if (Array.isArray(value)) return value.flatMap(urlsOf);
    return /url$/i.test(key) ? [`${value}`] : [];
  });
}
