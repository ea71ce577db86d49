/** Lets requests that wait together share one query. */
import { OperationError } from '../domain/errors.js';

export interface BatcherOptions<Key, Value> {
  /** Equal texts are the same question and are asked once. */
  identify(key: Key): string;
  /** Answers all keys with one query, in the order of the keys. */
  load(keys: readonly Key[]): Promise<readonly Value[]>;
  /** Whether a failure is the fault of single keys, so that the others deserve another try. */
  isKeyFault(error: unknown): boolean;
  /** Most keys in one query. */
  readonly maxBatch: number;
  /** Most keys that wait; beyond it a key is refused at once. */
  readonly maxQueue: number;
  /** Most queries under way at the same time. */
  readonly maxInFlight: number;
  /** A key that waited this long is refused instead of asked. */
  readonly maxWaitMs: number;
  /** Called with the size of each query that leaves. */
  onBatch?(size: number): void;
}

export interface Batcher<Key, Value> {
  /**
   * The value of a key, read after this call. Rejects with `service_unavailable` when too many wait, or with the
   * error of the query.
   */
  load(key: Key): Promise<Value>;
  /** How many keys wait for a query to leave. */
  readonly waiting: number;
}

interface Entry<Key, Value> {
  readonly key: Key;
  readonly since: number;
  readonly answer: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * While a query is under way the next batch fills, so that the cost of the database falls as load grows. A key
 * that finds nothing under way leaves at the end of the same turn of the event loop.
 */
export function createBatcher<Key, Value>(
  options: BatcherOptions<Key, Value>,
): Batcher<Key, Value> {
  const waiting = new Map<string, Entry<Key, Value>>();
  let inFlight = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.size === 0 || inFlight >= options.maxInFlight) return;
    isScheduled = true;
    // setImmediate runs after all sockets that are readable now, so that their requests join.
    setImmediate(() => {
      isScheduled = false;
      const batch = takeBatch();
      if (batch.length > 0) void run(batch);
      schedule();
    });
  }

  function takeBatch(): Entry<Key, Value>[] {
    const batch: Entry<Key, Value>[] = [];
    const oldest = performance.now() - options.maxWaitMs;
    for (const [id, entry] of waiting) {
      if (batch.length === options.maxBatch) break;
      waiting.delete(id);
      if (entry.since >= oldest) batch.push(entry);
      else entry.reject(unavailable('The queue for the database is too slow.'));
    }
    return batch;
  }

  async function run(batch: readonly Entry<Key, Value>[]): Promise<void> {
    inFlight += 1;
    try {
      await answer(batch);
    } finally {
      inFlight -= 1;
      schedule();
    }
  }

  async function answer(batch: readonly Entry<Key, Value>[]): Promise<void> {
    options.onBatch?.(batch.length);
    try {
      const values = await options.load(batch.map((entry) => entry.key));
      batch.forEach((entry, index) => {
        entry.resolve(values[index] as Value);
      });
    } catch (error) {
      if (batch.length > 1 && options.isKeyFault(error)) {
        // Halving finds the culprit in few queries and answers everyone else.
        const middle = batch.length >> 1;
        await answer(batch.slice(0, middle));
        await answer(batch.slice(middle));
        return;
      }
      for (const entry of batch) entry.reject(error);
    }
  }

  return {
    load(key) {
      const id = options.identify(key);
      const present = waiting.get(id);
      if (present) return present.answer;
      if (waiting.size >= options.maxQueue) {
        return Promise.reject(unavailable('Too many requests wait for the database.'));
      }
      const { promise, resolve, reject } = withResolvers<Value>();
      waiting.set(id, { key, since: performance.now(), answer: promise, resolve, reject });
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
