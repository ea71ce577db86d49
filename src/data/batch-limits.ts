/** What the batches of all repositories have in common. */
import { type Batcher, createBatcher } from './batcher.js';
import { DatabaseError } from './errors.js';

export type BatchName = 'api_tokens' | 'access_tokens' | 'stages';

export interface BatchLimits {
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxInFlight: number;
  readonly maxWaitMs: number;
  /** Called with the size of each query that leaves. */
  onBatch?(name: BatchName, size: number): void;
}

export function createLimitedBatcher<Key, Value>(
  name: BatchName,
  limits: BatchLimits,
  identify: (key: Key) => string,
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
): Batcher<Key, Value> {
  return createBatcher({
    ...limits,
    identify,
    load,
    isKeyFault: (error) => error instanceof DatabaseError && error.isInputFault,
    onBatch: (size) => limits.onBatch?.(name, size),
  });
}
