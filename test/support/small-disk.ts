import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: 'pipe' });

/** A file system in memory with a size of its own. */
export class SmallDisk implements Disposable {
  readonly path: string;

  /** @throws Error where this process may not mount one */
  constructor(path: string, kilobytes: number) {
    mkdirSync(path);
    run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path);
    this.path = path;
  }

  resize(kilobytes: number): void {
    run('mount', '-o', `remount,size=${kilobytes}k`, this.path);
  }

  [Symbol.dispose](): void {
    // Lazy: the relay may still have its file open.
    run('umount', '--lazy', this.path);
  }
}

/** Whether this process may mount one. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    new SmallDisk(join(folder, 'disk'), 16)[Symbol.dispose]();
    return true;
  } catch {
    return false; // As for anybody but root, and in most containers.
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
