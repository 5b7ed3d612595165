import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Sees to it that a process group does not outlive this process, however this process ends: also by SIGKILL, where no
 * handler of ours runs. A shell waits on a pipe that only this process holds open; the kernel closes it with us.
 *
 * @param groupLeader pid of a process started with `detached: true`, which makes it the leader of its group
 * @returns ends the watch without killing; call it once the group has ended
 */
export function killWithThisProcess(groupLeader: number): () => void {
  const script = 'read -r _ || kill -s KILL -- "-$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'watchdog', String(groupLeader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // out of reach of Ctrl-C, which would end the watch before what it watches
  });
  watchdog.unref();
  const pipe = watchdog.stdin as Socket;
  pipe.unref();
  pipe.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // EPIPE: somebody ended the watchdog; there is nothing left to end
  });
  return () => {
    pipe.end('\n');
  };
}
