/** The programs that the deployment tests take from the machine. */
import { execFileSync } from 'node:child_process';

/** Debian's packages. */
const PACKAGES = {
  caddy: 'caddy',
  nginx: 'nginx-light',
  pgbouncer: 'pgbouncer',
  python3: 'python3-venv',
  'systemd-analyze': 'systemd',
} as const;

/** Throws when the program is not there: a deployment that was not tested must not look tested. */
export function requireProgram(name: keyof typeof PACKAGES): string {
  const path = ['/usr/sbin', '/usr/local/sbin', process.env.PATH].join(':');
  try {
    const found = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { env: { PATH: path } });
    return found.toString().trim();
  } catch (cause) {
    const message = `${name} is missing. On Debian: apt-get install ${PACKAGES[name]}`;
    throw new Error(message, { cause });
  }
}

/** The newest Node of a release line, from npm's registry. */
export function fetchNode(major: number): string {
  const parameters = ['--yes', `--package=node@${major}`, 'node', '-p', 'process.execPath'];
  return execFileSync('npx', parameters, { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim();
}
