import { HOOK_SWITCHES, type HookSwitches } from '../hook.ts';

/** A hook as Gitee keeps it. */
export interface StoredHook {
  readonly id: number;
  readonly url: string;
  readonly encryptionType: 0 | 1;
  readonly password: string;
  readonly switches: HookSwitches;
}

/** The values of a hook that a person or a program sets. */
export type HookValues = Partial<Omit<StoredHook, 'id'>> & Pick<StoredHook, 'url'>;

export const NO_SWITCHES = Object.fromEntries(HOOK_SWITCHES.map((name) => [name, false])) as HookSwitches;

/** The hooks of one repository, and those who may change them. */
export class StoredRepository {
  readonly tokens = new Set<string>();
  /** Tokens of accounts that see the repository, and may not see its hooks. */
  readonly readers = new Set<string>();
  readonly #nextId: () => number;
  readonly #hooks = new Map<number, StoredHook>();

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  get hooks(): readonly StoredHook[] {
    return [...this.#hooks.values()];
  }

  get(id: number): StoredHook | undefined {
    return this.#hooks.get(id);
  }

  /** Gitee gives ids that only grow, over all repositories. */
  add(values: HookValues): StoredHook {
    const hook = {
      encryptionType: 0 as const,
      password: '',
      switches: NO_SWITCHES,
      ...values,
      id: this.#nextId(),
    };
    this.#hooks.set(hook.id, hook);
    return hook;
  }

  change(id: number, values: Partial<Omit<StoredHook, 'id'>>): StoredHook {
    const before = this.#hooks.get(id);
    if (!before) throw new Error(`the repository has no hook ${id}`);
    const after = { ...before, ...values };
    this.#hooks.set(id, after);
    return after;
  }

  remove(id: number): boolean {
    return this.#hooks.delete(id);
  }
}

/**
 * A hook as the API answers it: without `encryption_type`, with the password in clear, and with numbers and booleans as texts
 * here and there.
 */
export function answered(hook: StoredHook): object {
  const { id, url, password, switches } = hook;
  const isText = id % 2 === 1;
  return {
    id: isText ? `${id}` : id,
    url,
    created_at: '2021-10-08T16:00:00+08:00',
    password,
    project_id: isText ? 19_000_001 : '19000001',
    result: '<html><head><title>403 Forbidden</title></head></html>',
    result_code: isText ? '403' : 403,
    ...(isText ? Object.fromEntries(HOOK_SWITCHES.map((name) => [name, `${switches[name]}`])) : switches),
  };
}
