import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';

export interface Folder {
  readonly path: string;
  /** Runs a program there, and resolves to what it printed; rejects when it fails. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  remove(): void;
}

/** An empty project that has nothing but the package, as its tarball gives it. */
export interface Installation extends Folder {
  readonly tarball: string;
}

/** Packs this package, and installs it in an empty project as a stranger would. */
export async function installPackage(): Promise<Installation> {
  const project = createFolder();
  const packed = await execute(packageRoot, 'npm', [
    ...['run', '--silent', 'pack', '--', '--json', '--pack-destination', project.parent],
  ]);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
  const tarball = join(project.parent, filename);
  await project.run('npm', 'init', '-y');
  await project.run('npm', 'install', '--prefer-offline', '--no-audit', tarball);
  cpSync(join(packageRoot, 'test', 'package', 'consumer'), project.path, { recursive: true });
  return { ...project, tarball };
}

/** This repository as `npm ci && npm start` leaves it, apart from the server that runs. */
export async function createCheckout(): Promise<Folder> {
  const checkout = createFolder();
  for (const name of ['package.json', 'tsconfig.json', 'openapi.yaml', 'src', 'generated']) {
    cpSync(join(packageRoot, name), join(checkout.path, name), { recursive: true });
  }
  symlinkSync(join(packageRoot, 'node_modules'), join(checkout.path, 'node_modules'));
  await checkout.run('npm', 'run', 'build');
  return checkout;
}

function createFolder(): Folder & { readonly parent: string } {
  const parent = mkdtempSync(join(tmpdir(), 'package-'));
  const path = join(parent, 'project');
  mkdirSync(path);
  return {
    parent,
    path,
    run: (program, ...args) => execute(path, program, args),
    remove: () => rmSync(parent, { recursive: true }),
  };
}

/** Runs a program in a folder, and resolves to what it printed; rejects when it fails. */
export async function execute(
  cwd: string,
  program: string,
  args: readonly string[],
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, maxBuffer: 16_000_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
