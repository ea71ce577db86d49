import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type BatchLimits, createBatcher } from '../../src/data/batcher.js';
import { DatabaseError } from '../../src/data/errors.js';
import { PROPERTY } from '../support/property.js';

/** A query that waits for the test to end it. */
interface Query {
  readonly keys: readonly string[];
  succeed(): void;
  fail(error: Error): void;
}

const KEY_FAULT = new DatabaseError('one of the keys is bad', '22021');
const ROW_FAULT = new DatabaseError('a row cannot be read', undefined, 'row');
const AWAY = new DatabaseError('the database is away', undefined);
const UNAVAILABLE = expect.objectContaining({ code: 'service_unavailable' });
const MAX_BATCH = 64;

type Load = (keys: readonly string[]) => Promise<readonly string[]>;

function setUp(options: Partial<BatchLimits> = {}, load?: Load) {
  const queries: Query[] = [];
  const hold: Load = (keys) =>
    new Promise((resolve, reject) => {
      const succeed = () => resolve(keys.map((key) => `value of ${key}`));
      queries.push({ keys, succeed, fail: reject });
    });
  const limits = { maxWaitMs: 1000, ...options };
  const batcher = createBatcher('tokens', limits, load ?? hold);
  return {
    batcher,
    queries,
    keys: () => queries.map((query) => query.keys),
    async query(index: number): Promise<Query> {
      for (let turns = 0; turns < 10; turns += 1) {
        const found = queries[index];
        if (found) return found;
        await turn();
      }
      throw new Error(`There is no query ${index}.`);
    },
  };
}

describe('createBatcher', () => {
  test('a lone key leaves within the same turn of the event loop', async () => {
    const { batcher, keys, query } = setUp();
    const value = batcher.load('a');
    await turn();
    expect(keys()).toEqual([['a']]);
    (await query(0)).succeed();
    expect(await value).toBe('value of a');
  });

  test('keys that wait together share a query, and each gets its own value', async () => {
    const { batcher, keys, query } = setUp();
    const values = Promise.all(['a', 'b', 'c'].map((key) => batcher.load(key)));
    await turn();
    expect(keys()).toEqual([['a', 'b', 'c']]);
    (await query(0)).succeed();
    expect(await values).toEqual(['value of a', 'value of b', 'value of c']);
  });

  test('equal keys are asked once', async () => {
    const { batcher, keys, query } = setUp();
    const values = Promise.all(['a', 'b', 'a'].map((key) => batcher.load(key)));
    await turn();
    expect(keys()).toEqual([['a', 'b']]);
    (await query(0)).succeed();
    expect(await values).toEqual(['value of a', 'value of b', 'value of a']);
  });

  test('while a query is under way the next one fills', async () => {
    const { batcher, keys, query } = setUp();
    const first = batcher.load('a');
    await turn();
    const others = [batcher.load('b')];
    await turn();
    others.push(batcher.load('c'));
    await turn();
    expect(keys()).toEqual([['a']]);
    expect(batcher.waiting).toBe(2);

    (await query(0)).succeed();
    await first;
    (await query(1)).succeed();
    await Promise.all(others);
    expect(keys()).toEqual([['a'], ['b', 'c']]);
    expect(batcher.waiting).toBe(0);
  });

  test('after a query, the next one waits for keys while each turn of the event loop brings some', async () => {
    const { batcher, keys, query } = setUp();
    const values = [batcher.load('a')];
    (await query(0)).succeed();
    await values[0];
    const later = Array.from({ length: MAX_BATCH + 1 }, (_, index) => `key ${index}`);
    for (const key of later) {
      values.push(batcher.load(key));
      await turn();
    }
    expect(keys()).toEqual([['a'], later.slice(0, MAX_BATCH)]);
    (await query(1)).succeed();
    (await query(2)).succeed();
    await Promise.all(values);
    expect(keys()[2]).toEqual(later.slice(MAX_BATCH));
  });

  test('after a query, a turn without a further key ends the wait', async () => {
    const { batcher, keys, query } = setUp();
    const values = [batcher.load('a')];
    await turn();
    values.push(batcher.load('b'));
    (await query(0)).succeed();
    await values[0];
    await turn();
    await turn();
    await turn();
    expect(keys()).toEqual([['a'], ['b']]);
    (await query(1)).succeed();
    await Promise.all(values);
  });

  test('a key that is asked while its query is under way is asked again', async () => {
    const { batcher, keys, query } = setUp();
    const first = batcher.load('a');
    await turn();
    const second = batcher.load('a');
    (await query(0)).succeed();
    await first;
    (await query(1)).succeed();
    expect(await second).toBe('value of a');
    expect(keys()).toEqual([['a'], ['a']]);
  });

  test('a query takes no more keys than a batch has, oldest first, and the rest follows', async () => {
    const batches: [string, number][] = [];
    const { batcher, keys, query } = setUp({ onBatch: (...batch) => batches.push(batch) });
    const all = Array.from({ length: MAX_BATCH + 1 }, (_, index) => `key ${index}`);
    const values = all.map((key) => batcher.load(key));
    await turn();
    (await query(0)).succeed();
    await Promise.all(values.slice(0, MAX_BATCH));
    await turn();
    (await query(1)).succeed();
    await Promise.all(values);
    expect(keys()).toEqual([all.slice(0, MAX_BATCH), all.slice(MAX_BATCH)]);
    expect(batches).toEqual([
      ['tokens', MAX_BATCH],
      ['tokens', 1],
    ]);
  });

  test.each([
    KEY_FAULT,
    ROW_FAULT,
  ])('a key at fault fails alone, found by halving: $message', async (fault) => {
    const asked: (readonly string[])[] = [];
    const { batcher } = setUp({}, async (keys) => {
      asked.push(keys);
      if (keys.includes('bad')) throw fault;
      return keys;
    });
    const keys = ['a', 'b', 'c', 'bad', 'd', 'e', 'f', 'g'];
    const results = await Promise.allSettled(keys.map((key) => batcher.load(key)));
    expect(results).toEqual(
      keys.map((key) =>
        key === 'bad' ? { status: 'rejected', reason: fault } : { status: 'fulfilled', value: key },
      ),
    );
    expect(asked).toHaveLength(1 + 2 * Math.log2(keys.length));
  });

  test('any other failure reaches all keys of the query, without another try', async () => {
    const { batcher, keys, query } = setUp();
    const results = Promise.allSettled([batcher.load('a'), batcher.load('b')]);
    await turn();
    (await query(0)).fail(AWAY);
    const rejected = { status: 'rejected', reason: AWAY };
    expect(await results).toEqual([rejected, rejected]);
    await turn();
    expect(keys()).toEqual([['a', 'b']]);
  });

  test('a query that fails does not spoil the next', async () => {
    const { batcher, query } = setUp();
    const first = batcher.load('a').catch((error: unknown) => error);
    await turn();
    const second = batcher.load('a');
    (await query(0)).fail(AWAY);
    expect(await first).toBe(AWAY);
    await turn();
    (await query(1)).succeed();
    expect(await second).toBe('value of a');
  });

  test('a key that waited too long is refused instead of asked, and makes room', async () => {
    const { batcher, keys, query } = setUp({ maxWaitMs: 1000 });
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const first = batcher.load('a');
      await turn();
      const late = batcher.load('late').catch((error: unknown) => error);
      now.mockReturnValue(500);
      const timely = batcher.load('timely');
      now.mockReturnValue(1001);
      (await query(0)).succeed();
      await first;
      expect(await late).toEqual(UNAVAILABLE);
      (await query(1)).succeed();
      expect(await timely).toBe('value of timely');
      expect(keys()).toEqual([['a'], ['timely']]);
    } finally {
      now.mockRestore();
    }
  });

  test('no value is older than its request, and each belongs to its key', async () => {
    const actions = fc.array(fc.constantFrom('a', 'b', 'c', 'turn', 'respond'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(actions, async (list) => {
        expect(await violations(list)).toEqual([]);
      }),
      PROPERTY,
    );
  });
});

/** Plays the actions (a key to load, a turn to wait, a query to end) and tells what went wrong. */
async function violations(actions: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const underWay: (() => void)[] = [];
  let clock = 0;
  const { batcher } = setUp(
    {},
    (keys) =>
      new Promise((resolve) => {
        const readAt = clock;
        underWay.push(() => resolve(keys.map((key) => `${key} ${readAt}`)));
        if (underWay.length > 1) found.push(`${underWay.length} queries at a time`);
      }),
  );
  let open = 0;
  for (const action of actions) {
    if (action === 'turn') await turn();
    else if (action === 'respond') underWay.shift()?.();
    else {
      clock += 1;
      open += 1;
      const askedAt = clock;
      void batcher.load(action).then((value) => {
        open -= 1;
        const [key, readAt] = value.split(' ');
        if (key !== action) found.push(`${action} got the value of ${key}`);
        if (Number(readAt) < askedAt) found.push(`${action} got an old value`);
      });
    }
  }
  for (let turns = 0; open > 0 && turns < 200; turns += 1) {
    underWay.shift()?.();
    await turn();
  }
  if (open > 0) found.push(`${open} keys without a value`);
  return found;
}
