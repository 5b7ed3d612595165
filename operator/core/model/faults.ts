import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import { shortHash } from '../../argocd/provenance.ts';

/** An exception that came while the operator handled one resource. Every such exception is a bug of the operator. */
export interface Fault {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  /** Identifies the line of the log; the same input gives the same id. */
  readonly id: string;
  readonly error: unknown;
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation: number };
}

/** The text of the log line about a fault; the message of a status names the text. */
export const FAULT_LOG_LINE = 'a resource could not be handled';

/** Confines an exception to its resource: that resource is refused, and all others continue. */
export class Faults {
  readonly #found: Map<string, Fault>;

  /** @param before faults that were found earlier */
  constructor(before: readonly Fault[] = []) {
    this.#found = new Map(before.map((fault) => [fault.id, fault]));
  }

  /** All faults so far, one for each resource and error. */
  get found(): readonly Fault[] {
    return [...this.#found.values()];
  }

  /**
   * Does something for one resource.
   * @param instead gives the result if that fails, with the finding that refuses the resource; its own exceptions are
   * recorded, too
   * @returns undefined only if `instead` fails
   */
  guard<T>(resource: Resource, work: () => T, instead: (finding: Finding) => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const finding = this.#note(resource, error);
      try {
        return instead(finding);
      } catch (second) {
        this.#note(resource, second);
        return undefined;
      }
    }
  }

  #note(resource: Resource, error: unknown): Finding {
    const { kind, metadata } = resource;
    const { namespace, name, generation } = metadata;
    const id = shortHash(`${kind} ${resourceKey(resource)} ${generation} ${textOf(error)}`);
    this.#found.set(id, { kind, namespace, name, generation, id, error });
    const message =
      'The operator failed while it handled this resource. That is a bug of the operator, whatever the resource says. The live ' +
      `version stays, and all other resources continue. The operator's log has a line "${FAULT_LOG_LINE}" with fault ${id}: ` +
      'report the line, and try to express the same in another way.';
    return { reason: 'InternalError', message };
  }
}

/** Lets exceptions through. */
export const UNGUARDED: Pick<Faults, 'guard'> = { guard: (_, work) => work() };

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
}
