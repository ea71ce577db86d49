/** Sends a text that never changes while the process lives: with an ETag, compressed, or 304 when the client has it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import { matchesEtag } from '../conditional.js';

export interface Representation {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Names the bytes; fit for a URL. */
  readonly digest: string;
  /** Compresses on first use. */
  gzipped(): Promise<Buffer>;
}

const DIGEST_LENGTH = 16;

export function toRepresentation(contentType: string, content: string | Buffer): Representation {
  const bytes = Buffer.from(content);
  let compressing: Promise<Buffer> | undefined;
  return {
    contentType,
    bytes,
    digest: createHash('sha256').update(bytes).digest('base64url').slice(0, DIGEST_LENGTH),
    gzipped() {
      compressing ??= promisify(gzip)(bytes);
      return compressing;
    },
  };
}

export function always(representation: Representation, cacheControl: string): RequestHandler {
  return (request, response) => send(request, response, representation, cacheControl);
}

export async function send(
  request: Request,
  response: Response,
  representation: Representation,
  cacheControl: string,
): Promise<void> {
  const isGzip = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  const body = isGzip ? await representation.gzipped() : representation.bytes;
  response.vary('Accept-Encoding');
  response.setHeader('Cache-Control', cacheControl);
  // Weak, since the compressed bytes go by the same name.
  const etag = `W/"${representation.digest}"`;
  response.setHeader('ETag', etag);
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  if (isGzip) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Type', representation.contentType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}
