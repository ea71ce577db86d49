#!/usr/bin/env node
/** The entry of the package's command. */
import { verify } from './command.js';

const [, , , ...args] = process.argv;
process.exitCode = await verify(args, {
  environment: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
