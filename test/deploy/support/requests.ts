/** Requests as they reach a proxy in front of authentik, by where they belong. */
import { loadContract } from '../../../src/contract/contract.js';
import { DEMO } from '../../../src/demo/demo.js';

const { basePath, pathOf } = loadContract();

export const TOKEN = DEMO.administratorToken;
export const LIST = basePath + pathOf('stages_password_list');
export const pathTo = (id: string) =>
  basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', id);
export const STAGE = pathTo(DEMO.stageUuid);

/** Credentials that are not for the service. */
export const noBearer: readonly { name: string; headers: Record<string, string> }[] = [
  { name: 'no credentials', headers: {} },
  { name: 'Basic', headers: { Authorization: 'Basic YWtrOnBhc3M=' } },
  { name: 'a scheme that only begins like it', headers: { Authorization: 'BearerX token' } },
  { name: 'a scheme within another', headers: { Authorization: 'Token Bearer token' } },
  { name: 'a scheme without a token', headers: { Authorization: 'Bearer' } },
  { name: 'the token in another header', headers: { 'X-Authorization': `Bearer ${TOKEN}` } },
];

/** Paths that the contract does not have, or has in another spelling. */
export const elsewhere: readonly string[] = [
  '/',
  '/if/flow/default-authentication-flow/',
  STAGE.replace('/password/', '/identification/'),
  `${STAGE}used_by/`,
  STAGE.slice(0, -1),
  LIST.slice(0, -1),
  `${STAGE}/`,
  pathTo('not-a-uuid'),
  pathTo(`urn:uuid:${DEMO.stageUuid}`),
  STAGE.replaceAll('-', ''),
  `/${STAGE}`,
  STAGE.replace('/stages/', '//stages/'),
  STAGE.replace('/stages/', '/stages/x/../'),
  STAGE.replace('/stages/', '/%73tages/'),
  STAGE.replace('-', '%2D'),
  STAGE.replace(basePath, basePath.toUpperCase()),
  `${STAGE.slice(0, -1)}%2F`,
  `${STAGE}%3Fx`,
  `/x?1%20GET%20${STAGE}`,
];
