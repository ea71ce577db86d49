/** Sends a validated body: compact JSON, with an ETag, or 304 when the client has it already. */
import type { Express, Response } from 'express';
import { isCurrent } from './conditional.js';

type EtagFunction = (body: string, encoding: BufferEncoding) => string;

/**
 * Replaces `res.json`, which the validator wraps. Express' own adds a charset, which JSON does not have and authentik
 * does not send, and parses the headers that it has just set.
 */
export function replaceJson({ response }: Express): void {
  response.json = sendJson;
}

function sendJson<Body>(this: Response<Body>, body?: Body): Response<Body> {
  if (this.headersSent) return this;
  const text = JSON.stringify(body);
  const etag = (this.app.get('etag fn') as EtagFunction)(text, 'utf8');
  this.setHeader('ETag', etag);
  this.setHeader('Cache-Control', 'private, no-cache');
  this.setHeader('Vary', 'Authorization');
  if (isCurrent(this.req.headers['if-none-match'], etag)) {
    this.statusCode = 304;
    this.end();
    return this;
  }
  this.setHeader('Content-Type', 'application/json');
  this.setHeader('Content-Length', Buffer.byteLength(text));
  this.end(text);
  return this;
}
