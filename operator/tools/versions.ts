import { OPERATOR_VERSION } from '../api/version.ts';
import { withEngine } from './engine.ts';
import { type ProcessIO, UsageError } from './process-io.ts';

/**
 * Prints the versions of a program, of Argo CD's engine with the libraries that decide its answers, and of Node.
 * @throws UsageError if there is no engine; the program's version is printed before
 */
export async function printVersions(program: string, io: ProcessIO): Promise<void> {
  io.stdout.write(`${program} ${OPERATOR_VERSION}, Node ${process.version}\n`);
  await withEngine(io, async (engine) => {
    const outcome = await engine.version();
    if (!outcome.ok) throw new UsageError("Argo CD's engine does not tell its version");
    const { engine: notifications, expr, sprig, go, argocd } = outcome.version;
    io.stdout.write(
      `Argo CD's engine: that of Argo CD ${argocd} (notifications-engine ${notifications}, expr ${expr}, sprig ${sprig}, ${go})\n`,
    );
  });
}
