import { loadContract } from '../../../src/contract/contract.js';
import { DEMO } from '../../../src/demo/demo.js';
import type { PlannedRequest } from './generate.js';

const { basePath, pathOf } = loadContract();

export const stagePath = (stageUuid: string): string =>
  basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', stageUuid);

/** Asks for the stage as it goes over the wire. */
export function stageRequest(
  stageUuid: string,
  token: string,
  expectedStatus = 200,
): PlannedRequest {
  const lines = [
    `GET ${stagePath(stageUuid)} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    'Accept: application/json',
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n`, expectedStatus };
}

/** The demo's stage, for whom may see it. */
export const demoRequest = (token: string = DEMO.administratorToken): PlannedRequest =>
  stageRequest(DEMO.stageUuid, token);
