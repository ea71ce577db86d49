/** The contract itself, as YAML and as JSON: by `Accept` at one address, and at one address each. */
import type { RequestHandler } from 'express';
import type { Contract } from '../../contract/contract.js';
import { assertAcceptable } from './acceptable.js';
import { always, type Representation, send, toRepresentation } from './representation.js';

/** Below the base path; the negotiated one is where authentik has its own. */
export const CONTRACT_PATHS = {
  negotiated: '/schema/',
  yaml: '/schema.yaml',
  json: '/schema.json',
} as const;

const CACHE_CONTROL = 'public, max-age=60';

// The first of each is registered (RFC 9512, RFC 8259); the others are what tools ask for.
const YAML = ['application/yaml', 'application/vnd.oai.openapi', 'application/x-yaml', 'text/yaml'];
const JSON_TYPES = ['application/json', 'application/vnd.oai.openapi+json'];

export function contractFiles(contract: Contract): Readonly<Record<string, RequestHandler>> {
  const json = JSON.stringify(contract.document, null, 2);
  const offered = new Map<string, Representation>([
    ...YAML.map((type) => [type, toRepresentation(type, contract.source)] as const),
    ...JSON_TYPES.map((type) => [type, toRepresentation(type, json)] as const),
  ]);
  const named = (type: string) => offered.get(type) as Representation;
  return {
    [CONTRACT_PATHS.negotiated]: (request, response) => {
      response.vary('Accept');
      const type = assertAcceptable(request, [...offered.keys()]);
      return send(request, response, named(type), CACHE_CONTROL);
    },
    [CONTRACT_PATHS.yaml]: always(named('application/yaml'), CACHE_CONTROL),
    [CONTRACT_PATHS.json]: always(named('application/json'), CACHE_CONTROL),
  };
}
