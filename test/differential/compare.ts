/** Compares the service's responses on a random database with what authentik's rules say. */
import { isDeepStrictEqual } from 'node:util';
import { pathTo } from '../support/contract.js';
import type { Release } from '../support/generations/generations.js';
import { createDatabase } from '../support/postgres.js';
import { createRandom } from '../support/random.js';
import { startTestService } from '../support/service.js';
import { send } from '../support/wire.js';
import { type Expected, expectedResponse, type Request } from './authentik.js';
import { insertWorld } from './insert-world.js';
import { createRequests } from './random-request.js';
import { randomWorld } from './random-world.js';

// At once, so that the service puts them together in its queries.
const CONCURRENCY = 10;

/** Of each response that differs one text with all that it takes to see it again. */
export async function compare(release: Release, seed: number, requests: number) {
  const random = createRandom(seed);
  const world = randomWorld(random, release);
  const nextRequest = createRequests(random, world);
  const statuses: number[] = [];
  const differences: string[] = [];
  const db = await createDatabase(release);
  await insertWorld(db, world);
  // Without the function that resolves tokens the service reads their tables, which takes another role.
  const readsTokens = seed % 2 === 0;
  if (readsTokens) await db.sql('DROP SCHEMA authentik_stages CASCADE');
  const service = await startTestService(readsTokens ? db.adminUrl : db.url, {
    clock: () => new Date(world.now),
  });

  async function compareOne(request: Request): Promise<void> {
    const expected = expectedResponse(world, request);
    const got = await ask(service.url, request);
    statuses.push(got.status);
    if (isDeepStrictEqual(expected, got)) return;
    differences.push(
      printable(
        `--release ${release} --seed ${seed} --requests ${requests}: ${JSON.stringify(request)}\n` +
          `  expected ${expected.status} ${excerpt(expected.body, got.body)}\n` +
          `  got      ${got.status} ${excerpt(got.body, expected.body)}`,
      ),
    );
  }

  try {
    for (let sent = 0; sent < requests; sent += CONCURRENCY) {
      const batch = Array.from({ length: CONCURRENCY }, nextRequest);
      await Promise.all(batch.map(compareOne));
    }
  } finally {
    await service.close();
    await db.drop();
  }
  return { statuses, differences };
}

async function ask(url: string, { authorization, stage, query }: Request): Promise<Expected> {
  const path = stage === undefined ? pathTo('').slice(0, -1) : pathTo(stage);
  const pairs = query.map((pair) => pair.map(encodeURIComponent).join('='));
  const { status, text } = await send(url, [path, ...pairs].join('&').replace('&', '?'), {
    headers: authorization === undefined ? {} : { Authorization: authorization },
  });
  const body = JSON.parse(text);
  return { status, body: status === 200 ? JSON.stringify(body) : body.code };
}

/** From shortly before the first difference on. */
function excerpt(text: string, other: string): string {
  const at = [...text].findIndex((character, index) => character !== [...other][index]);
  return text.slice(Math.max(0, at - 60), Math.max(0, at) + 120);
}

const printable = (text: string) =>
  text.replace(/[^ -~\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
