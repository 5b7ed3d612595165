import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Go compiler that would build the programs: version as `go1.26.3`, target as Go names it. */
export interface GoToolchain {
  readonly version: string;
  readonly os: string;
  readonly arch: string;
}

/**
 * Asks Go, inside the module's folder (so that Go's own toolchain switching counts), what it is.
 *
 * @param purpose what needs Go, for messages: `the engine`
 * @throws Error that names the remedy when Go is missing or older than `go.mod` demands.
 */
export function goToolchain(moduleDir: string, purpose: string): GoToolchain {
  const required = requiredVersion(moduleDir);
  const remedy = `install Go ${required} or newer (https://go.dev/dl/) and put it on the PATH`;
  const [version, os, arch] = goEnvironment(moduleDir, `${purpose} needs Go ${required}`, remedy);
  if (version === undefined || os === undefined || arch === undefined) {
    throw new Error(`'go env GOVERSION GOOS GOARCH' answered less than three lines: ${remedy}`);
  }
  if (olderThan(version, required)) {
    throw new Error(`${purpose} needs Go ${required}, and this is ${version}: ${remedy}`);
  }
  return { version, os, arch };
}

function requiredVersion(moduleDir: string): string {
  const file = join(moduleDir, 'go.mod');
  const version = /^go (\d\S*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${file} has no 'go' line`);
  return version;
}

function goEnvironment(moduleDir: string, need: string, remedy: string): string[] {
  try {
    const text = execFileSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], {
      cwd: moduleDir,
      env: { ...process.env, GOWORK: 'off' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return text.split('\n').map((line) => line.trim());
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: string };
    const problem =
      code === 'ENOENT'
        ? `there is no 'go' on the PATH`
        : `'go env' failed: ${(stderr ?? '').trim() || cause}`;
    throw new Error(`${need}, and ${problem}: ${remedy}`, { cause });
  }
}

/** Compares by number, patch included; `go1.27rc1` and `devel go1.27-abc` count as 1.27.0. */
function olderThan(version: string, required: string): boolean {
  const have = numbers(version);
  const want = numbers(required);
  for (const [index, wanted] of want.entries()) {
    const had = have[index] ?? 0;
    if (had !== wanted) return had < wanted;
  }
  return false;
}

function numbers(version: string): number[] {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match === null ? [0, 0, 0] : match.slice(1).map((part) => Number(part ?? 0));
}
