import type { Finding } from '../api/finding.ts';
import { REASONS } from '../api/reasons.ts';
import type { Verdict } from '../core/model/verdict.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';
import type { Violation } from './violation.ts';

/** One thing that a person should know about a custom resource in a file. */
export interface LintFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Whether the operator would accept the resource all the same. */
  readonly accepted: boolean;
  readonly reason: Finding['reason'] | Violation['reason'] | 'UnknownKind';
  readonly message: string;
  /** The remedy. */
  readonly hint: string;
}

/** A resource that the API server would refuse. */
export function violationFinding(
  { manifest, resource }: LoadedResource,
  { reason, field, message, hint }: Violation,
): LintFinding {
  return {
    ...placed(manifest, resource, field),
    accepted: false,
    reason,
    message: field === '' ? message : `${field}: ${message}`,
    hint,
  };
}

/** The operator's judgement of a resource. */
export function verdictFindings(each: LoadedResource, { refusal, warnings }: Verdict): LintFinding[] {
  const refusals = refusal ? (refusal.parts ?? [refusal]) : [];
  return [
    ...refusals.map((finding) => verdictFinding(each, finding, false)),
    ...warnings.map((finding) => verdictFinding(each, finding, true)),
  ];
}

function verdictFinding(
  { manifest, resource }: LoadedResource,
  { reason, message }: Finding,
  accepted: boolean,
): LintFinding {
  const place = placed(manifest, resource, ...fieldIn(message));
  return { ...place, accepted, reason, message, hint: REASONS[reason].remedy };
}

/**
 * The operator's messages begin with a field, followed by `, line 2, column 5` if they are about a place inside the
 * field's text. Other text after that does no harm.
 */
function fieldIn(message: string): Parameters<Manifest['place']> {
  const field = message.slice(message.search(/\b(spec|metadata)\b|$/));
  const match = /^[^\s,:]+, line (\d+)(?:, column (\d+))?/.exec(field);
  return match ? [field, { line: Number(match[1]), column: Number(match[2] ?? 1) }] : [field];
}

function placed(
  manifest: Manifest,
  { kind, metadata }: LoadedResource['resource'],
  ...[field, position]: Parameters<Manifest['place']>
) {
  const { namespace, name } = metadata;
  return { file: manifest.file, ...manifest.place(field, position), kind, namespace, name };
}

/** As a line for people, with the hint below it. */
export function describeFinding(finding: LintFinding): string {
  const { file, line, column, kind, namespace, name, accepted, reason, message, hint } = finding;
  const level = accepted ? 'warning' : 'error';
  const text = `${file}:${line}:${column}: ${level}: ${kind} ${namespace}/${name}: ${reason}: ${message}`;
  return hint === '' ? text : `${text}\n  hint: ${hint}`;
}
