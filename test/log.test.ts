import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { OperationError } from '../src/domain/errors.js';
import { createLogger } from '../src/log.js';
import { packageRoot } from '../src/package-root.js';

/** Arguments for Node: a program that may use `logger` and `dropped`. */
const program = (code: string) => [
  ...['--import', 'tsx', '--input-type=module', '-e'],
  `const { createLogger, dropped } = await import('${pathToFileURL(join(packageRoot, 'src/log.ts'))}');
  const logger = await createLogger('info');
  const turn = () => new Promise(setImmediate);
  ${code}`,
];

test('lines reach standard output whole and in order, when the process has time for them', async () => {
  const args = program(`
    for (let number = 0; number < 1000; number += 1) logger.info({ number });
    await turn();
    for (let number = 1000; number < 2000; number += 1) logger.info({ number });`);
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageRoot });
  const numbers = stdout.trim().split('\n');
  expect(numbers.map((line) => JSON.parse(line).number)).toEqual(
    Array.from({ length: 2000 }, (_, number) => number),
  );
});

test.each([
  'full',
  'closed',
  'stuck',
])('lines are counted that a %s output does not take', async (output) => {
  const full = openSync('/dev/full', 'w');
  // More than the buffers of a pipe and of the log hold.
  const args = program(`
    const padding = 'x'.repeat(1000);
    for (let number = 0; number < 3000; number += 1) {
      logger.info({ padding });
      if (number % 100 === 0) await turn();
    }
    ${output === 'stuck' ? '' : 'while (dropped.lines < 3000) await turn();'}
    process.stderr.write(String(dropped.lines), () => process.exit(0));`);
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    timeout: 10_000,
    stdio: ['ignore', output === 'full' ? full : 'pipe', 'pipe'],
  });
  closeSync(full);
  if (output === 'closed') child.stdout?.destroy();
  const exited = once(child, 'exit');
  const counted = Number(await text(child.stderr as NodeJS.ReadableStream));
  expect((await exited)[0]).toBe(0);
  child.stdout?.destroy();
  if (output === 'stuck') expect(counted).toBeGreaterThan(500);
  expect(counted).toBeLessThanOrEqual(3000);
});

test('an error is logged with its causes, and without what libraries attach to it', async () => {
  const lines: string[] = [];
  const logger = await createLogger('info', { write: (line) => void lines.push(line) });
  const attached = { request: { headers: { authorization: 'secret' } } };
  const cause = Object.assign(new Error('the cause'), attached);
  logger.error({ err: new Error('the error', { cause }) });
  const [line = ''] = lines;
  const { err } = JSON.parse(line);
  expect(err).toMatchObject({ type: 'Error', message: 'the error' });
  expect(err.cause).toMatchObject({ message: 'the cause', stack: expect.any(String) });
  expect(err.stack).toBeUndefined();
  expect(line).not.toContain('secret');
});

test('an error of our own is logged without a stack', async () => {
  const lines: string[] = [];
  const logger = await createLogger('info', { write: (line) => void lines.push(line) });
  logger.error({ err: new OperationError('service_unavailable', 'Too many.') });
  expect(JSON.parse(lines[0] ?? '').err).toEqual({ type: 'OperationError', message: 'Too many.' });
});
