/** Fills the embedded database with authentik's tables and the demo's data, once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeLiteral } from 'pg';
import { packageRoot } from '../../package-root.js';
import { connect, type Target, urlOf } from './connection.js';
import { READER, readPassword, SUPERUSER } from './passwords.js';

export const DATABASE = 'authentik';
const SEED_LOCK = 5_432_002;

/** In the order in which they are applied. */
const FILES = ['embedded/tables.sql', 'embedded/seed.sql', 'reader-role/2023.10.sql'];

export async function seed(target: Target): Promise<void> {
  await createDatabase(target);
  const client = await connect(urlOf(target, SUPERUSER, DATABASE));
  try {
    // One transaction: a process that is killed in the middle leaves an empty database.
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
    const { rows } = await client.query("SELECT to_regclass('authentik_core_token') AS present");
    if (rows[0].present === null) await client.query(await seedSql(target));
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function createDatabase(target: Target): Promise<void> {
  const client = await connect(urlOf(target, SUPERUSER, 'postgres'));
  try {
    await client.query('SELECT pg_advisory_lock($1)', [SEED_LOCK]);
    const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rows.length === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function seedSql({ home }: Target): Promise<string> {
  const texts = FILES.map((name) => readFile(join(packageRoot, 'prisma', name), 'utf8'));
  const password = `ALTER ROLE ${READER} PASSWORD ${escapeLiteral(readPassword(home, READER))};`;
  return [...(await Promise.all(texts)), password].join('\n');
}
