#!/usr/bin/env node
/** The command of the published package. */
import '../src/node-version.js';
import { verify } from '../src/verify/command.js';

const USAGE = `Usage: authentik-stages-password verify [options]
  verify  checks whether a deployment keeps the contract; verify --help lists the options
`;
const [command, ...args] = process.argv.slice(2);

if (command === 'verify') {
  process.exitCode = await verify(args, {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} else if (command === '--help') {
  process.stdout.write(USAGE);
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
