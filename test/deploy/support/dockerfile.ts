/** Follows the Dockerfile without a container: each stage becomes a folder. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../../src/package-root.js';

export type Image = ReturnType<typeof buildImage>;

const read = (name: string) =>
  readFileSync(join(packageRoot, name), 'utf8').replaceAll(/^\s*#.*\n/gm, '');

/** Throws when a step fails, or copies something that .dockerignore keeps out of the context. */
export function buildImage(into: string, nodeFolder: string) {
  const [all, ...admitted] = read('.dockerignore').trim().split('\n');
  if (all !== '*') throw new Error('.dockerignore must keep everything out first');
  const isInContext = (path: string) =>
    admitted.some((line) => line === `!${path}` || path.startsWith(`${line.slice(1)}/`));
  const config: Record<string, string> = {};
  const baseImages = new Set<string>();
  let environment: Record<string, string> = {};
  let root = into;

  const steps: Record<string, (argument: string) => void> = {
    FROM(argument) {
      const [image = '', , name = 'final'] = argument.split(' ');
      baseImages.add(image);
      environment = {};
      root = join(into, name);
    },
    WORKDIR(argument) {
      config.WORKDIR = argument;
      mkdirSync(join(root, argument), { recursive: true });
    },
    ENV(argument) {
      for (const pair of argument.split(' ')) {
        const [name = '', value = ''] = pair.split('=');
        environment[name] = value;
      }
    },
    COPY(argument) {
      const [, stage, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(argument) ?? [];
      const sources = paths.split(' ');
      const to = join(root, config.WORKDIR ?? '/', sources.pop() ?? '');
      for (const source of sources) {
        if (!stage && !isInContext(source)) throw new Error(`.dockerignore keeps ${source} out`);
        const from = stage ? join(into, stage, source) : join(packageRoot, source);
        const target = to.endsWith('/') ? join(to, basename(source)) : to;
        cpSync(from, target, { recursive: true, verbatimSymlinks: true });
      }
    },
    RUN: (argument) =>
      runStep(argument, join(root, config.WORKDIR ?? '/'), nodeFolder, environment),
  };
  const text = read('Dockerfile').replaceAll(/\\\n\s*/g, '');
  for (const [, keyword = '', argument = ''] of text.matchAll(/^([A-Z]+) +(.+)$/gm)) {
    if (steps[keyword]) steps[keyword](argument);
    else config[keyword] = argument;
  }
  return {
    /** The last stage's working directory, of its own files only. */
    folder: join(root, config.WORKDIR ?? '/'),
    environment,
    user: config.USER,
    stopSignal: config.STOPSIGNAL as NodeJS.Signals,
    command: JSON.parse(config.CMD ?? '[]') as string[],
    healthCheck: JSON.parse(config.HEALTHCHECK?.replace(/^.*?CMD /, '') ?? '[]') as string[],
    /** What the stages stand on. */
    baseImages,
  };
}

/** Runs a line of shell with this Node; throws with its output when it fails. */
export function runStep(command: string, cwd: string, nodeFolder: string, environment = {}): void {
  // What jest sets for itself is not part of the machine.
  const { NODE_ENV: _env, NODE_OPTIONS: _options, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${nodeFolder}:${inherited.PATH}`, ...environment };
  execFileSync('/bin/sh', ['-ec', command], { cwd, env, stdio: 'pipe' });
}
