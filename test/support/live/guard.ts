import { spawn } from 'node:child_process';

// The shell notices by the end of its input that its owner is gone, however that died.
const SCRIPT = `read _
kill -QUIT "$0"; kill -CONT "$0"; sleep 1; kill -KILL "$0"
[ -z "$1" ] || rm -rf "$1"`;

/**
 * Ends a process, and removes a folder, if this process is killed before it can. Call the result when the process
 * has ended, whose number another one may get.
 */
export function guard(pid: number, folder = ''): () => void {
  const shell = spawn('sh', ['-c', SCRIPT, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of Ctrl-C.
    detached: true,
  });
  shell.unref();
  // A pipe to a child is a socket, whatever its type says.
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return () => void shell.kill('SIGKILL');
}
