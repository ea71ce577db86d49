#!/usr/bin/env node
/** The command of the published package. */
import { loadContract } from '../src/contract/contract.js';
import { verify } from '../src/verify/command.js';

const [command, ...args] = process.argv.slice(2);

if (command === 'verify') {
  process.exitCode = await verify(loadContract(), args, {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} else {
  process.stderr.write('The only command is: verify. For more: verify --help\n');
  process.exitCode = 2;
}
