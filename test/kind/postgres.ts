import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { PostgresServer, postgresMissing } from '../../operator/relay/store/testing/postgres-server.ts';
import { installPackages } from './debian-packages.ts';

const HELP = `Usage: node test/kind/postgres.ts [--install]

Starts a PostgreSQL server, as the tests of the relay do, and ends with exit code 0 if that works. Otherwise the last line is
the reason, and the exit code is 1. The tests skip what needs PostgreSQL where it is not installed, or where SKIP_POSTGRES=1 is set.

  --install   first install postgresql if it is missing, if this is root on Debian; it takes a minute at most
`;

/** For the lists of packages, and again for the packages: CI does not wait longer. */
const DOWNLOAD_MS = 25_000;

await runBuildProgram(
  HELP,
  async (context, flags) => {
    const missing = postgresMissing() === undefined ? [] : ['postgresql'];
    if (flags.install) await installPackages({ missing, downloadMs: DOWNLOAD_MS }, context);
    const reason = postgresMissing() ?? (await whyItDoesNotStart());
    context.report(
      reason === undefined ? 'PostgreSQL can run here' : `PostgreSQL cannot run here: ${reason}`,
    );
    if (reason !== undefined) process.exitCode = 1;
  },
  { install: { type: 'boolean' } },
);

async function whyItDoesNotStart(): Promise<string | undefined> {
  try {
    await using server = await PostgresServer.start(false);
    await server.query('select 1');
    return undefined;
  } catch (error) {
    return `${error}`.split('\n', 1)[0];
  }
}
