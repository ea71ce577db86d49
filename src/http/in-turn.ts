/** Puts several middlewares into one layer of Express, whose bookkeeping for a layer costs more than most of ours do. */
import type { NextFunction, RequestHandler } from 'express';

/** Once it has returned, none of them may go on to the next one: what that one throws would reach nobody. */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    let index = 0;
    function next(error?: unknown): void {
      const handler = error === undefined ? handlers[index] : undefined;
      index += 1;
      if (handler) handler(request, response, next as NextFunction);
      else done(error);
    }
    next();
  };
}
