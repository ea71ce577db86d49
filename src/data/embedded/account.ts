/** The operating system's account that runs the embedded server, since PostgreSQL refuses root. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The account to switch to; undefined to stay who we are. An existing cluster keeps its owner. */
export function serverAccount(cluster: string): Account | undefined {
  if (!isRoot()) return undefined;
  if (existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  const account = findAccount('postgres') ?? findAccount('nobody');
  if (account) return account;
  throw new Error('Root cannot run PostgreSQL, and there is no user postgres or nobody to do it.');
}

function findAccount(name: string): Account | undefined {
  const [, uid, gid] =
    new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8')) ??
    [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Whether the account may pass through every folder above the path, those that exist already. */
export function canReach(path: string, account: Account): boolean {
  const parent = dirname(path);
  if (existsSync(parent) && !canPass(parent, account)) return false;
  return parent === path || canReach(parent, account);
}

function canPass(folder: string, { uid, gid }: Account): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const execute = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & execute) !== 0;
}
