/** What a request must be like before the validator sees it, which takes some things too generously and others not at all. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { RequestHandler } from 'express';
import { ALLOWED_METHODS } from '../../generated/values.js';
import type { Contract, ParameterObject } from '../contract/contract.js';
import { OperationError } from '../domain/errors.js';
import { ALLOW } from './errors.js';

// RFC 3986, 3.2.2 and 3.2.3: a name, an IPv4 address, or an IPv6 address in brackets, and a port.
const HOST = /^(?:\[([0-9a-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*)(?::\d*)?$/i;

/** One Host (RFC 9112, 3.2), and a target that names a path. */
export const checkTarget: RequestHandler = (request, _response, next) => {
  const { host = request.httpVersion === '1.1' ? '?' : '' } = request.headers;
  const [found, address = '::'] = HOST.exec(host) ?? [];
  if (found === undefined || !isIPv6(address) || isSentTwice(request, 'host')) {
    throw new OperationError('invalid', 'Send one header "Host", which holds a host with an optional port.');
  }
  if (request.url === NO_PATH) throw new OperationError('invalid', 'The request names no path.');
  next();
};

/** Node keeps the first of several; a proxy may have looked at another. `name` is in lower case. */
export function isSentTwice({ rawHeaders }: IncomingMessage, name: string): boolean {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length > 1;
}

// Express does not respond to a target that it cannot parse, such as `http://[`.
const NO_PATH = 'no-path';

/**
 * The path and query that a target means: RFC 9112, 3.2 lets clients send a whole URL instead. `*`, which is about
 * the server, stays.
 */
export function toOriginForm(target = ''): string {
  if (target.startsWith('/') || target === '*') return target;
  if (!/^https?:\/\/[^/?#]/i.test(target) || !URL.canParse(target)) return NO_PATH;
  // Cut out, not put together again: the path stays as it was sent.
  return target.replace(/^[^:]+:\/\/[^/?#]+/, '').replace(/^(?!\/)/, '/');
}

/** The validator would refuse HEAD and OPTIONS. */
export const checkMethod: RequestHandler = (request, response, next) => {
  if (request.method === 'OPTIONS') return void response.writeHead(204, { Allow: ALLOW }).end();
  if (!ALLOWED_METHODS.some((method) => method === request.method)) {
    throw new OperationError('method_not_allowed', request.method);
  }
  // Node leaves the body of a response to HEAD out by itself, whatever the method is called here.
  if (request.method === 'HEAD') request.method = 'GET';
  // The validator keeps one compiled copy of itself for each Content-Type, for ever; no operation has a body.
  delete request.headers['content-type'];
  next();
};

export const checkAccept: RequestHandler = (request, _response, next) => {
  const { accept } = request.headers;
  const operation = request.openapi?.schema;
  if (accept === undefined || accept === '*/*' || !operation) return next();
  const offered = Object.keys(operation.responses['200']?.content ?? {});
  if (offered.some((mediaType) => accepts(accept, mediaType))) return next();
  throw notAcceptable(offered);
};

export function notAcceptable(offered: readonly string[]): OperationError {
  const remedy = 'Allow it in the header "Accept", or leave the header out.';
  return new OperationError('not_acceptable', `The response is ${offered.join(' or ')}. ${remedy}`);
}

/** As authentik does, looks at types only: parameters, `q=0` among them, do not rule anything out. */
function accepts(accept: string, mediaType: string): boolean {
  const [mainType, subType] = mediaType.split('/');
  return accept.split(',').some((range) => {
    const [main, sub] = (range.split(';')[0] ?? '').trim().toLowerCase().split('/');
    return (main === '*' || main === mainType) && (sub === '*' || sub === subType);
  });
}

// What node:querystring parses; it ignores further ones.
const MAX_QUERY_PARAMETERS = 1000;

/**
 * Reads a query as authentik does: of a parameter that is given twice the last value counts, and one that the contract
 * allows to be empty is then as good as absent. Numbers are decimal digits, which the validator's coercion does not
 * insist on, and booleans may be in any case. Costs nothing without a query.
 */
export function readQuery(contract: Contract): RequestHandler {
  return (request, _response, next) => {
    if (!request.openapi || !request.originalUrl.includes('?')) return next();
    if (request.originalUrl.split('&').length > MAX_QUERY_PARAMETERS) {
      throw new OperationError('invalid', `The query has more than ${MAX_QUERY_PARAMETERS} parameters.`);
    }
    const parameters = contract.parametersOf(request.openapi.schema.operationId);
    const query = Object.entries(request.query).flatMap(([name, given]) => {
      const value = Array.isArray(given) ? given.at(-1) : given;
      const parameter = parameters.get(name);
      if (value === '' && parameter?.allowEmptyValue) return [];
      return [[name, spelled(String(value), parameter)]];
    });
    // From entries even `__proto__` becomes a name like any other.
    const value = Object.fromEntries(query);
    // Express 5 parses the URL anew at each access; the validator replaces and restores what it finds here.
    Object.defineProperty(request, 'query', { value, writable: true, configurable: true, enumerable: true });
    next();
  };
}

/** What the validator coerces to the value that is meant, and refuses where none is. */
function spelled(value: string, parameter: ParameterObject | undefined): string {
  const type = parameter?.schema?.type;
  if (type === 'boolean') return value.toLowerCase();
  if (type !== 'integer') return value;
  const [, sign, digits] = /^(-?)0*(\d+)$/.exec(value) ?? [];
  if (digits === undefined) return 'no number';
  // However many digits, they stay a finite number.
  return sign + (digits.length > 15 ? '9'.repeat(15) : digits);
}
