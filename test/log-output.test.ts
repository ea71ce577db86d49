import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { createLogOutput } from '../src/log-output.js';
import { packageRoot } from '../src/package-root.js';

test('lines of one turn of the event loop are written as one text, in order', async () => {
  const texts: string[] = [];
  const output = createLogOutput({ write: (text) => void texts.push(text) });
  output.write('1\n');
  output.write('2\n');
  await nextTurn();
  output.write('3\n');
  await nextTurn();
  expect(texts).toEqual(['1\n2\n', '3\n']);
});

test('a process that exits has written every line', async () => {
  const source = pathToFileURL(join(packageRoot, 'src/logger.ts')).href;
  const program = `
    const { createLogger } = await import('${source}');
    const logger = createLogger('info');
    for (let number = 0; number < 1000; number += 1) logger.info({ number });
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: packageRoot },
  );
  const numbers = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).number);
  expect(numbers).toEqual(Array.from({ length: 1000 }, (_, number) => number));
});
