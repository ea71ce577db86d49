/** Requests as they go over the wire; `fetch` would tidy up what is to be tested. */
import { type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import type { WireResponse } from '../../src/contract/response-checker.js';

export interface WireRequest {
  readonly method?: string;
  /** A list of names and values may have the same name twice. */
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string;
}

/** Sends one request on a connection of its own. The path goes out as it is. */
export function send(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: WireRequest = {},
): Promise<WireResponse> {
  const { hostname, port, host } = new URL(url);
  // Node adds Host to an object of headers only.
  const given = Array.isArray(headers) ? ['Host', host, ...headers] : headers;
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: given, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: toHeaders(incoming.rawHeaders),
          text: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    outgoing.end(body);
  });
}

/** Writes the bytes to a new connection and resolves to all that comes back until the server closes it. */
export function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

/** The one response that the bytes hold. */
export function parseResponse(bytes: string): WireResponse {
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
  if (!status) throw new Error(`This is no response: ${JSON.stringify(bytes.slice(0, 200))}`);
  const pairs = fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2));
  return { status: Number(status), headers: toHeaders(pairs.flat()), text: rest.join('\r\n\r\n') };
}

function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < raw.length; index += 2) {
    headers.append(raw[index] ?? '', raw[index + 1] ?? '');
  }
  return headers;
}
