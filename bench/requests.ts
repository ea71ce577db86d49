/** The requests of a run: for a size and a mix always the same ones, in the same order. */
import { loadContract } from '../src/contract/contract.js';
import {
  apiToken,
  GRANTS_PER_USER,
  grantedStage,
  oauthToken,
  ROLES,
  roleOf,
  stageUuid,
  unknownToken,
} from './database/identities.js';
import type { Size } from './database/size.js';
import type { PlannedRequest } from './load/generate-load.js';

export interface RequestMix {
  /** So many different pairs of a caller and a stage, spread evenly over the whole tables. */
  readonly distinct: number;
  /** One of so many requests has a token that nobody has. */
  readonly unknownTokenEvery?: number;
  /** Callers send OAuth access tokens instead of authentik's own. */
  readonly usesOauth?: boolean;
}

/** The roles take turns, whatever the size. */
export function planRequests(size: Size, mix: RequestMix): PlannedRequest[] {
  const callers = mix.usesOauth ? size.oauthTokens : size.users;
  return Array.from({ length: mix.distinct }, (_, index) => {
    const place = index / mix.distinct;
    const stage = Math.floor(place * size.stages);
    if (mix.unknownTokenEvery && index % mix.unknownTokenEvery === 0) {
      return toRequest(stageUuid(stage), unknownToken(index), 403);
    }
    const group = Math.floor((place * callers) / ROLES.length);
    const caller = (group * ROLES.length + (index % ROLES.length)) % callers;
    const user = caller % size.users;
    const visible =
      roleOf(user) === 'object' ? grantedStage(user, index % GRANTS_PER_USER, size.stages) : stage;
    const token = mix.usesOauth ? oauthToken(caller) : apiToken(caller);
    return toRequest(stageUuid(visible), token, 200);
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
