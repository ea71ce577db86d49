import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { createLogger } from '../src/log.js';
import { packageRoot } from '../src/package-root.js';

test('lines reach standard output whole and in order, when the process has time for them', async () => {
  const source = pathToFileURL(join(packageRoot, 'src/log.ts')).href;
  const program = `
    const { createLogger } = await import('${source}');
    const logger = await createLogger('info');
    for (let number = 0; number < 1000; number += 1) logger.info({ number });
    await new Promise(setImmediate);
    for (let number = 1000; number < 2000; number += 1) logger.info({ number });`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: packageRoot },
  );
  const numbers = stdout.trim().split('\n');
  expect(numbers.map((line) => JSON.parse(line).number)).toEqual(
    Array.from({ length: 2000 }, (_, number) => number),
  );
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
