/** Refuses what the validator's routing takes too generously: other paths, and other media types. */
import type { RequestHandler } from 'express';
import { OperationError } from '../domain/errors.js';

/**
 * The validator takes further slashes at the end of a path; the contract and authentik do not. Each slash counts,
 * an encoded one is part of a parameter.
 */
export const exactPath: RequestHandler = (request, _response, next) => {
  if (!request.openapi) return next();
  const [path = ''] = request.originalUrl.split('?');
  if (path.split('/').length === request.openapi.openApiRoute.split('/').length) return next();
  next(new OperationError('not_found', 'Not found.'));
};

/** Runs between the validator's routing and its security, as in authentik: 404, then 406, then 403. */
export const negotiation: RequestHandler = (request, _response, next) => {
  const { accept } = request.headers;
  const operation = request.openapi?.schema;
  if (accept === undefined || accept === '*/*' || !operation) return next();
  const offered = Object.keys(operation.responses['200']?.content ?? {});
  if (offered.some((mediaType) => accepts(accept, mediaType))) return next();
  const name = offered.join(' or ');
  next(
    new OperationError(
      'not_acceptable',
      `The answer is ${name}. Allow it in the header "Accept", or leave the header out.`,
    ),
  );
};

/** As authentik does, looks at types only: parameters, `q=0` among them, do not rule anything out. */
function accepts(accept: string, mediaType: string): boolean {
  const [mainType, subType] = mediaType.split('/');
  return accept.split(',').some((range) => {
    const [main, sub] = (range.split(';')[0] ?? '').trim().toLowerCase().split('/');
    return (main === '*' || main === mainType) && (sub === '*' || sub === subType);
  });
}
