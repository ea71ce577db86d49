#!/usr/bin/env node
/** The command of the published package. */
import { verify } from '../src/verify/command.js';

const [command, ...args] = process.argv.slice(2);

if (command === 'verify') {
  process.exitCode = await verify(args, {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} else {
  process.stderr.write('The only command is: verify. For more: verify --help\n');
  process.exitCode = 2;
}
