/** The requests of a run: for a size always the same ones, in the same order. */
import { loadContract } from '../src/contract/contract.js';
import {
  apiToken,
  GRANTS_PER_USER,
  grantedStage,
  oauthToken,
  roleOf,
  stageUuid,
  unknownToken,
} from './database/identities.js';
import type { Size } from './database/size.js';
import type { PlannedRequest } from './load/generate-load.js';

export interface RequestMix {
  /** So many different pairs of a caller and a stage, spread over all of them. */
  readonly distinct: number;
  /** Share of the requests whose token nobody has. */
  readonly unknownTokens?: number;
  /** Callers send OAuth access tokens instead of authentik's own. */
  readonly usesOauth?: boolean;
}

const SEED = 20_240_600;

export function planRequests(size: Size, mix: RequestMix): PlannedRequest[] {
  const random = createRandom(SEED);
  const pick = (count: number) => Math.floor(random() * count);
  return Array.from({ length: mix.distinct }, (_, index) => {
    if (random() < (mix.unknownTokens ?? 0)) {
      return toRequest(stageUuid(pick(size.stages)), unknownToken(index), 403);
    }
    const bearer = pick(mix.usesOauth ? size.oauthTokens : size.users);
    const user = bearer % size.users;
    const stage =
      roleOf(user) === 'object'
        ? grantedStage(user, pick(GRANTS_PER_USER), size.stages)
        : pick(size.stages);
    const token = mix.usesOauth ? oauthToken(bearer) : apiToken(bearer);
    return toRequest(stageUuid(stage), token, 200);
  });
}

const { basePath, pathOf } = loadContract();

const operationPath = (stage: string) =>
  basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', stage);

export function operationUrl(port: number, stage: string): string {
  return `http://127.0.0.1:${port}${operationPath(stage)}`;
}

function toRequest(stage: string, token: string, expectedStatus: number): PlannedRequest {
  const lines = [
    `GET ${operationPath(stage)} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    'Accept: application/json',
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n`, expectedStatus };
}

/** Mulberry32: small, and the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
