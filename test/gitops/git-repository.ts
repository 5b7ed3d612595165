import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { run } from '../support/run.ts';

/** The content of a file: a text, the objects of a manifest, or null for a file that goes. */
export type GitContent = string | readonly object[] | null;

/** A local git repository with one branch, `main`. */
export interface GitRepository {
  /** `file:///…`, as a source of an Application. */
  readonly url: string;
  /**
   * Commits changes of files.
   *
   * @param files by path; a file that is not named stays
   * @returns the commit's hash
   * @throws Error with git's words when it refuses, also when there is nothing to commit
   */
  commit(files: Readonly<Record<string, GitContent>>): Promise<string>;
}

/** Git reads no configuration of this machine or its user. */
const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  ...{ GIT_AUTHOR_NAME: 'Team', GIT_AUTHOR_EMAIL: 'team@example.com' },
  ...{ GIT_COMMITTER_NAME: 'Team', GIT_COMMITTER_EMAIL: 'team@example.com' },
};

/** Makes an empty repository in a new folder below `parent`, which removes it. */
export async function createRepository(parent: string): Promise<GitRepository> {
  const dir = await mkdtemp(join(parent, 'repository-'));
  const git = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('git', ['-C', dir, ...args], { env: ENVIRONMENT });
    if (code !== 0) throw new Error(`git ${args.join(' ')} ended with exit code ${code}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  return {
    url: `file://${dir}`,
    commit: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        const path = join(dir, name);
        if (content === null) await rm(path);
        else {
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, textOf(content));
        }
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', Object.keys(files).join(', '));
      return git('rev-parse', 'HEAD');
    },
  };
}

function textOf(content: Exclude<GitContent, null>): string {
  return typeof content === 'string' ? content : content.map((each) => stringify(each)).join('---\n');
}
