/** Sends a text that never changes while the process lives: with an ETag, compressed, or 304 when the client has it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import { OperationError } from '../../domain/errors.js';
import { matchesEtag } from '../json.js';

export interface Representation {
  /** Names the content; fit for a URL. */
  readonly digest: string;
  readonly send: RequestHandler;
}

const DIGEST_LENGTH = 16;

export function toRepresentation(contentType: string, content: string | Buffer, cacheControl: string): Representation {
  const bytes = Buffer.from(content);
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, DIGEST_LENGTH);
  // Weak, since the compressed bytes have the same name.
  const etag = `W/"${digest}"`;
  let compressing: Promise<Buffer> | undefined;
  return {
    digest,
    async send(request, response) {
      response.vary('Accept-Encoding');
      response.setHeader('Cache-Control', cacheControl);
      response.setHeader('ETag', etag);
      if (matchesEtag(request.headers['if-none-match'], etag)) return response.status(304).end();
      let body: Buffer = bytes;
      if (request.acceptsEncodings('gzip', 'identity') === 'gzip') {
        compressing ??= promisify(gzip)(bytes);
        body = await compressing;
        response.setHeader('Content-Encoding', 'gzip');
      }
      response.setHeader('Content-Type', contentType);
      response.setHeader('Content-Length', body.length);
      return response.end(body);
    },
  };
}

/** The representation that the client prefers; without `Accept`, the first. Throws a 406 when there is none. */
export function negotiated(offered: ReadonlyMap<string, RequestHandler>): RequestHandler {
  const types = [...offered.keys()];
  return (request, response, next) => {
    response.vary('Accept');
    const send = offered.get(request.accepts(types) || '');
    if (send) return send(request, response, next);
    throw new OperationError(
      'not_acceptable',
      `The response is ${types.join(' or ')}. Allow it in the header "Accept", or leave the header out.`,
    );
  };
}
