import type { IncomingMessage, RequestListener } from 'node:http';
import type { WireResponse } from '../../src/contract/response-checker.js';
import { startHttpServer, type TestServer } from '../support/http-server.js';
import { send } from '../support/wire.js';

/** What stands between the service and its clients, and may spoil a response. */
export type Spoil = (
  response: WireResponse,
  request: Pick<IncomingMessage, 'method' | 'headers' | 'url'>,
) => WireResponse;

export function startProxy(serviceUrl: string, spoil: Spoil): Promise<TestServer> {
  const spoiled: RequestListener = async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const { host: _host, ...sent } = request.headers;
    const { status, headers, text } = spoil(
      await send(serviceUrl, url, { method, headers: sent }),
      request,
    );
    const kept = [...headers].filter(([name]) => !/^(content-length|connection)$/.test(name));
    response.writeHead(status, kept.flat());
    response.end(text);
  };
  // What is too long for the service is for the service to say.
  return startHttpServer(spoiled, { maxHeaderSize: 100_000 });
}
