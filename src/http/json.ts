/** Sends a validated body: compact JSON with an ETag, or 304 when the client has it already (RFC 9110, 13.1.2). */
import type { Response } from 'express';

type EtagFunction = (body: string, encoding: BufferEncoding) => string;

/**
 * Replaces `res.json`, which the validator wraps. Express' own adds a charset, which JSON does not have and authentik
 * does not send, and parses the headers that it has just set.
 */
export function sendJson<Body extends object>(this: Response<Body>, body: Body): Response<Body> {
  if (this.headersSent) return this;
  const text = JSON.stringify(body);
  const etag = (this.app.get('etag fn') as EtagFunction)(text, 'utf8');
  this.setHeader('ETag', etag);
  this.setHeader('Cache-Control', 'private, no-cache');
  this.setHeader('Vary', 'Authorization');
  if (matchesEtag(this.req.headers['if-none-match'], etag)) return this.status(304).end();
  this.setHeader('Content-Type', 'application/json');
  this.setHeader('Content-Length', Buffer.byteLength(text));
  return this.end(text);
}

/**
 * Express' own `fresh` also heeds `Cache-Control: no-cache`, which every `fetch` adds to a request that has
 * If-None-Match, so that no program would ever see a 304. Commas may stand within the quotes of a tag.
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const weak = (tag: string) => tag.replace(/^W\//, '');
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return ifNoneMatch.trim() === '*' || tags.some((tag) => weak(tag) === weak(etag));
}
