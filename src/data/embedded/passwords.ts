/** The passwords of the embedded database's two roles, one file each. */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';

export const SUPERUSER = 'postgres';
export const READER = 'authentik_stages_reader';
export type Role = typeof SUPERUSER | typeof READER;

export const passwordFile = (home: string, role: Role): string => join(home, `${role}.password`);

export const hasPasswords = (home: string): boolean =>
  [SUPERUSER, READER].every((role) => existsSync(passwordFile(home, role as Role)));

/** initdb reads one of them, so they belong to the account that runs it. */
export function createPasswords(home: string, account: Account | undefined): void {
  for (const role of [SUPERUSER, READER] as const) {
    const file = passwordFile(home, role);
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    if (account) chownSync(file, account.uid, account.gid);
  }
}

export function readPassword(home: string, role: Role): string {
  return readFileSync(passwordFile(home, role), 'utf8');
}
