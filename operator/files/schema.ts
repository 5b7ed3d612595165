import type { ErrorObject } from 'ajv';
import type { Schema } from '../api/crd-files.ts';
import type { CustomKind } from '../api/kinds.ts';
import { own } from '../lib/own.ts';
import { schemaValidator } from './schema-validator.ts';
import { fieldBelow, type Violation } from './violation.ts';

/** The statements of the schema about a resource. */
export interface SchemaResult {
  readonly violations: readonly Violation[];
  /** Whether one of them keeps the API server from checking the CEL rules. */
  readonly isBlocking: boolean;
}

/** The schema of a kind, compiled. */
export type SchemaCheck = (resource: object) => SchemaResult;

/**
 * After these errors, the API server runs no CEL rules (`hasBlockingErr` in
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go).
 */
const BLOCKING = ['type', 'required', 'enum', 'maxLength', 'maxItems', 'maxProperties'];

/** Prepares the OpenAPI part of a kind's schema; its CEL rules are not run. */
export function compileSchema(kind: CustomKind, schema: Schema): SchemaCheck {
  const validate = schemaValidator(kind, schema);
  return (resource) => {
    const errors = validate(resource) ? [] : (validate.errors ?? []);
    return {
      violations: errors.map((error) => violationOf(error, resource)),
      isBlocking: errors.some(({ keyword }) => BLOCKING.includes(keyword)),
    };
  };
}

function violationOf(error: ErrorObject, resource: object): Violation {
  const { keyword, params, parentSchema } = error;
  const path = fieldOf(error.instancePath, resource);
  if (keyword === 'required') {
    const { missingProperty } = params as { missingProperty: string };
    const schema = own((parentSchema as Schema).properties, missingProperty);
    const hint = sentences(`Add ${missingProperty}.`, schema?.description);
    return {
      reason: 'SchemaViolation',
      field: fieldBelow(path, missingProperty),
      message: 'required value is missing',
      hint,
    };
  }
  const { message, remedy } = wordsOf(error);
  const hint = sentences(remedy, (parentSchema as Schema).description);
  return { reason: 'SchemaViolation', field: path, message, hint };
}

function wordsOf({ keyword, params, message = 'is not valid', data }: ErrorObject): {
  message: string;
  remedy: string;
} {
  const { allowedValues, type, limit } = params as { allowedValues: string[]; type: string; limit: number };
  switch (keyword) {
    case 'enum': {
      const allowed = allowedValues.join(', ');
      return {
        message: `${JSON.stringify(data)} is not one of ${allowed}`,
        remedy: `Write one of ${allowed}.`,
      };
    }
    case 'type':
      return {
        message: `${message}, but the value is of type ${typeName(data)}`,
        remedy: `Write a value of type ${type}.`,
      };
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return { message, remedy: `Write ${limit} or more ${unitOf(keyword)}.` };
    case 'maxItems':
    case 'maxLength':
    case 'maxProperties':
      return { message, remedy: `Write ${limit} ${unitOf(keyword)} at most.` };
    case 'uniqueItems':
      return { message, remedy: 'Remove the repeated entries.' };
    default:
      return { message, remedy: 'Correct the value.' };
  }
}

const unitOf = (keyword: string): string =>
  keyword.endsWith('Items') ? 'items' : keyword.endsWith('Length') ? 'characters' : 'entries';

const typeName = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const sentences = (...all: (string | undefined)[]): string =>
  all.filter((each) => each !== undefined).join(' ');

/** `/spec/events/0/when` → `spec.events[0].when`, depending on the lists of the resource. */
function fieldOf(pointer: string, resource: object): string {
  let value: unknown = resource;
  let path = '';
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(value) ? `${path}[${name}]` : fieldBelow(path, name);
    value = own(value as Record<string, unknown>, name);
  }
  return path;
}
