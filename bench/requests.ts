/** The requests of a run: for a size and a mix always the same ones, in the same order. */
import { createHash } from 'node:crypto';
import { stageRequest } from '../test/support/load/demo-request.js';
import type { PlannedRequest } from '../test/support/load/generate.js';
import type { Size } from './database.js';

// The identities that seed.sql gives to its rows.
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export function stageUuid(index: number): string {
  return md5(`stage ${index}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As long as authentik's own keys, nearly. */
export const apiToken = (user: number) => md5(`token ${user}`) + md5(`token ${user} end`);

/** As long as a JWT. */
const oauthToken = (index: number) => `eyJ.${md5(`oauth ${index}`).repeat(24)}`;

export const unknownToken = (index: number) => md5(`unknown ${index}`) + md5(`unknown ${index} end`);

/** Users see stages in four ways, in turn: as superusers, through a role, by the permission, by grants for three. */
const WAYS = 4;
export const GRANTED = 3;
const GRANTS_PER_USER = 3;

export const grantedStage = (user: number, grant: number, { stages }: Size) => (user * 7 + grant * 3) % stages;

export interface RequestMix {
  /** So many different pairs of a caller and a stage, spread evenly over the whole tables. */
  readonly distinct: number;
  /** One of so many requests has a token that nobody has. */
  readonly unknownTokenEvery?: number;
  /** Callers send OAuth access tokens instead of authentik's own. */
  readonly usesOauth?: boolean;
  /** All callers come to see stages in this one way. */
  readonly way?: number;
}

export function planRequests(size: Size, mix: RequestMix): PlannedRequest[] {
  const callers = mix.usesOauth ? size.oauth_tokens : size.users;
  return Array.from({ length: mix.distinct }, (_, index) => {
    const place = index / mix.distinct;
    const stage = Math.floor(place * size.stages);
    if (mix.unknownTokenEvery && index % mix.unknownTokenEvery === 0) {
      return stageRequest(stageUuid(stage), unknownToken(index), 403);
    }
    const group = Math.floor((place * callers) / WAYS);
    const caller = (group * WAYS + (mix.way ?? index % WAYS)) % callers;
    const user = caller % size.users;
    const visible = user % WAYS === GRANTED ? grantedStage(user, index % GRANTS_PER_USER, size) : stage;
    const token = mix.usesOauth ? oauthToken(caller) : apiToken(caller);
    return stageRequest(stageUuid(visible), token);
  });
}
