/** Lets requests that wait together share one query. */
import { OperationError } from '../domain/errors.js';
import { DatabaseError } from './errors.js';

export type BatchName = 'tokens' | 'oauth_tokens' | 'stages';

export interface BatchLimits {
  /** Most keys that wait; beyond it a key is refused at once. */
  readonly maxQueue: number;
  /** A key that waited this long is refused instead of looked up. */
  readonly maxWaitMs: number;
  /** Called with the size of each query that leaves. */
  onBatch?(name: BatchName, size: number): void;
}

export interface Batcher<Value> {
  /**
   * The value of a key, read after this call. Rejects with `service_unavailable` when too many wait, or with the
   * error of the query.
   */
  load(key: string): Promise<Value>;
  /** How many keys wait for a query to leave. */
  readonly waiting: number;
}

interface Entry<Value> {
  readonly since: number;
  readonly value: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

// Large enough to carry any load in few queries, small enough that no query is slow.
const MAX_BATCH = 64;

/**
 * While a query is under way the next batch fills, so that the cost for each request falls as load grows. A key that
 * finds nothing under way leaves at the end of the same turn of the event loop. `query` resolves to the values in the
 * order of the keys.
 */
export function createBatcher<Value>(
  name: BatchName,
  { maxQueue, maxWaitMs, onBatch }: BatchLimits,
  query: (keys: readonly string[]) => Promise<readonly Value[]>,
): Batcher<Value> {
  const waiting = new Map<string, Entry<Value>>();
  let isBusy = false;

  /** setImmediate runs after all sockets that are readable now, so that their requests join. */
  function schedule(): void {
    if (isBusy || waiting.size === 0) return;
    isBusy = true;
    setImmediate(async () => {
      await settle([...takeBatch()]);
      isBusy = false;
      schedule();
    });
  }

  function* takeBatch(): Generator<[string, Entry<Value>]> {
    const oldest = performance.now() - maxWaitMs;
    let taken = 0;
    for (const [key, entry] of waiting) {
      if (taken === MAX_BATCH) return;
      waiting.delete(key);
      if (entry.since < oldest) {
        entry.reject(unavailable('The queue for the database is too slow.'));
        continue;
      }
      taken += 1;
      yield [key, entry];
    }
  }

  async function settle(batch: readonly [string, Entry<Value>][]): Promise<void> {
    if (batch.length === 0) return;
    onBatch?.(name, batch.length);
    try {
      const values = await query(batch.map(([key]) => key));
      batch.forEach(([, entry], index) => {
        // One for each key.
        entry.resolve(values[index] as Value);
      });
    } catch (error) {
      if (batch.length > 1 && error instanceof DatabaseError && error.isInputFault) {
        // Halving finds the row or key at fault in few queries, and serves everyone else.
        const middle = batch.length >> 1;
        await settle(batch.slice(0, middle));
        await settle(batch.slice(middle));
        return;
      }
      for (const [, entry] of batch) entry.reject(error);
    }
  }

  return {
    load(key) {
      const present = waiting.get(key);
      if (present) return present.value;
      if (waiting.size >= maxQueue) {
        return Promise.reject(unavailable('Too many requests wait for the database.'));
      }
      const { promise, resolve, reject } = withResolvers<Value>();
      waiting.set(key, { since: performance.now(), value: promise, resolve, reject });
      schedule();
      return promise;
    },
    get waiting() {
      return waiting.size;
    },
  };
}

function unavailable(message: string): OperationError {
  return new OperationError('service_unavailable', message);
}

/** `Promise.withResolvers` of Node 22. */
function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
