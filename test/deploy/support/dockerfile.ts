/** Reads and follows a Dockerfile without a container: each stage becomes a folder. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface Image {
  /** Holds the last stage's file system, below the base image. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly stopSignal: NodeJS.Signals;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  /** What the stages stand on. */
  readonly baseImages: ReadonlySet<string>;
}

interface Instruction {
  readonly keyword: string;
  readonly argument: string;
}

function parseDockerfile(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', argument = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { keyword, argument };
    });
}

export interface BuildOptions {
  /** The folder with the Dockerfile and what it copies. */
  readonly context: string;
  /** An empty folder. */
  readonly into: string;
  /** Folder of the `node` that commands run with. */
  readonly nodeFolder: string;
}

/** Rejects when a step fails, or copies something that .dockerignore keeps out of the context. */
export async function buildImage({ context, into, nodeFolder }: BuildOptions): Promise<Image> {
  const isInContext = readDockerignore(context);
  const baseImages = new Set<string>();
  const config: Record<string, string> = {};
  let environment: Record<string, string> = {};
  let root = into;
  let directory = '/';

  for (const { keyword, argument } of parseDockerfile(read(context, 'Dockerfile'))) {
    switch (keyword) {
      case 'FROM': {
        const [image = '', , name = 'final'] = argument.split(' ');
        baseImages.add(image);
        environment = {};
        root = join(into, name);
        mkdirSync(root);
        break;
      }
      case 'WORKDIR':
        directory = argument;
        mkdirSync(join(root, directory), { recursive: true });
        break;
      case 'COPY':
        copy(argument);
        break;
      case 'RUN':
        await run(argument);
        break;
      case 'ENV':
        for (const [, name = '', value = ''] of argument.matchAll(/(\w+)=(\S+)/g)) {
          environment[name] = value;
        }
        break;
      default:
        config[keyword] = argument;
    }
  }
  return {
    root,
    workingDirectory: join(root, directory),
    environment,
    user: config.USER ?? 'root',
    stopSignal: (config.STOPSIGNAL ?? 'SIGTERM') as NodeJS.Signals,
    command: JSON.parse(config.CMD ?? '[]'),
    healthCheck: JSON.parse(config.HEALTHCHECK?.replace(/^.*?CMD /, '') ?? '[]'),
    baseImages,
  };

  function copy(argument: string): void {
    const words = argument.split(' ');
    const stage = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
    if (stage) words.shift();
    const target = words.pop() ?? '';
    for (const source of words) {
      if (!stage && !isInContext(source)) throw new Error(`.dockerignore keeps ${source} out`);
      const destination = join(root, directory, target);
      cpSync(
        stage ? join(into, stage, source) : join(context, source),
        target.endsWith('/') ? join(destination, basename(source)) : destination,
        { recursive: true, verbatimSymlinks: true },
      );
    }
  }

  async function run(command: string): Promise<void> {
    // What jest sets for itself is not part of the machine.
    const { NODE_ENV: _env, NODE_OPTIONS: _options, ...inherited } = process.env;
    await promisify(execFile)('/bin/sh', ['-ec', command], {
      cwd: join(root, directory),
      env: { ...inherited, PATH: `${nodeFolder}:${inherited.PATH}`, ...environment },
      maxBuffer: 16_000_000,
    });
  }
}

/** Understands the one form in use: everything is out but for the paths named. */
function readDockerignore(context: string): (path: string) => boolean {
  const lines = read(context, '.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  if (lines.shift() !== '*' || !lines.every((line) => line.startsWith('!'))) {
    throw new Error('.dockerignore has a form that the tests do not understand');
  }
  const admitted = new Set(lines.map((line) => line.slice(1)));
  const isAdmitted = (path: string): boolean =>
    admitted.has(path) || (path !== '.' && isAdmitted(dirname(path)));
  return isAdmitted;
}

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
