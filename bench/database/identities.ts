/** The identities that seed.sql gives to its rows, so that requests can ask for them. */
import { createHash } from 'node:crypto';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export function stageUuid(index: number): string {
  return md5(`stage ${index}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As long as authentik's own keys, nearly. */
export function apiToken(user: number): string {
  return md5(`token ${user}`) + md5(`token ${user} end`);
}

/** As long as a JWT. */
export function oauthToken(index: number): string {
  return `eyJ.${md5(`oauth ${index}`).repeat(24)}`;
}

export function unknownToken(index: number): string {
  return md5(`unknown ${index}`) + md5(`unknown ${index} end`);
}

/** How a user comes to see stages, in the order of the users. */
export const ROLES = ['superuser', 'role', 'permission', 'object'] as const;

export function roleOf(user: number): (typeof ROLES)[number] {
  return ROLES[user % ROLES.length] as (typeof ROLES)[number];
}

/** The stages that are granted one by one to a user with the role `object`. */
export const GRANTS_PER_USER = 3;

export function grantedStage(user: number, grant: number, stages: number): number {
  return (user * 7 + grant * 3) % stages;
}
