/** Lets requests that wait together share one query. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OperationError } from '../domain/errors.js';
import { DatabaseError } from './errors.js';

export interface BatchLimits {
  /** A key that waited this long is refused instead of looked up. */
  readonly maxWaitMs: number;
  /** Called with the name of the batcher and the size of each query that leaves. */
  readonly onBatch?: ((name: string, size: number) => void) | undefined;
}

interface Entry<Value> {
  readonly key: string;
  readonly since: number;
  readonly value: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

// Large enough to carry any load in few queries, small enough that no query is slow.
const MAX_BATCH = 64;

/**
 * While a query is under way the next batch fills, so that the cost for each request falls as load grows; after it, the
 * batch leaves when a turn of the event loop brings no further key. A key that finds nothing under way leaves at the end
 * of the same turn. `query` resolves to the values in the order of the keys.
 */
export function createBatcher<Value>(
  name: string,
  { maxWaitMs, onBatch }: BatchLimits,
  query: (keys: readonly string[]) => Promise<readonly Value[]>,
) {
  let waiting = new Map<string, Entry<Value>>();
  let isBusy = false;

  /** setImmediate runs after all sockets that are readable now, so that their requests join. */
  function schedule(): void {
    if (isBusy || waiting.size === 0) return;
    isBusy = true;
    setImmediate(async () => {
      await settle(takeBatch());
      // Clients that have just got their responses send the next requests.
      for (let size = -1; waiting.size > size && waiting.size < MAX_BATCH; await nextTurn()) size = waiting.size;
      isBusy = false;
      schedule();
    });
  }

  function takeBatch(): Entry<Value>[] {
    const oldest = performance.now() - maxWaitMs;
    const entries = [...waiting.values()].filter(({ since, reject }) => {
      if (since >= oldest) return true;
      reject(new OperationError('service_unavailable', 'The queue for the database is too slow.'));
      return false;
    });
    // A new map, not one whose entries come and go: V8 would keep all of those until the next large garbage collection.
    waiting = new Map(entries.slice(MAX_BATCH).map((entry) => [entry.key, entry]));
    return entries.slice(0, MAX_BATCH);
  }

  async function settle(batch: readonly Entry<Value>[]): Promise<void> {
    if (batch.length === 0) return;
    onBatch?.(name, batch.length);
    try {
      const values = await query(batch.map(({ key }) => key));
      // One for each key.
      for (const [index, entry] of batch.entries()) entry.resolve(values[index] as Value);
    } catch (error) {
      if (batch.length > 1 && error instanceof DatabaseError && error.isInputFault) {
        // Halving finds the row or key at fault in few queries, and serves everyone else.
        const middle = batch.length >> 1;
        await settle(batch.slice(0, middle));
        await settle(batch.slice(middle));
      } else for (const entry of batch) entry.reject(error);
    }
  }

  return {
    /** The value of a key, read after this call. Rejects with `service_unavailable` after too long a wait, or as the query does. */
    load(key: string): Promise<Value> {
      const present = waiting.get(key);
      if (present) return present.value;
      let settlers!: Pick<Entry<Value>, 'resolve' | 'reject'>;
      const value = new Promise<Value>((resolve, reject) => {
        settlers = { resolve, reject };
      });
      waiting.set(key, { key, since: performance.now(), value, ...settlers });
      schedule();
      return value;
    },
    /** How many keys wait for a query to leave. */
    get waiting(): number {
      return waiting.size;
    },
  };
}
