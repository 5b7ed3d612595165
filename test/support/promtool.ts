import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPromtool, promtoolLayout } from '../promtool/layout.ts';
import { type RunResult, run } from './run.ts';

/**
 * Runs promtool in a folder of its own with these files, which are written as JSON unless they are texts.
 *
 * @throws Error that names the remedy when promtool is not built.
 */
export async function promtool(
  args: readonly string[],
  files: Readonly<Record<string, unknown>> = {},
  input?: string,
): Promise<RunResult> {
  const layout = promtoolLayout();
  if (missingPromtool(layout).length > 0) throw new Error("promtool is not built, run 'make tools'");
  const dir = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
    const named = args.map((arg) => (Object.keys(files).includes(arg) ? join(dir, arg) : arg));
    return await run(layout.promtool, named, { timeoutMs: 180_000, ...(input !== undefined && { input }) });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
