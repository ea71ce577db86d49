/** Gives the HTTP server classes whose prototypes are Express's own already. */
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/**
 * Express sets the prototype of every request and response to those of its app, and V8 cannot optimise an object whose
 * prototype was changed: on Node 20 that is two thirds of its time. Objects of these classes have the right prototype
 * from the start, so that setting it again changes nothing.
 */
export function classesFor(app: Express) {
  class Request extends IncomingMessage {}
  class Response<Message extends IncomingMessage> extends ServerResponse<Message> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  // They have become what Express expects: these prototypes with Express's own behind them.
  app.request = Request.prototype as Express['request'];
  app.response = Response.prototype as unknown as Express['response'];
  return { IncomingMessage: Request, ServerResponse: Response };
}
