import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';

export interface Installation {
  readonly tarball: string;
  /** A project whose only dependency is the package. */
  readonly project: string;
  /** Runs a program in the project, and resolves to what it printed; rejects when it fails. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  remove(): void;
}

/** Packs this package, and installs it in an empty project as a stranger would. */
export async function installPackage(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true }\n');
  cpSync(join(packageRoot, 'test', 'package', 'consumer'), project, { recursive: true });

  const packed = await execute(packageRoot, 'npm', [
    'pack',
    '--json',
    '--pack-destination',
    folder,
  ]);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
  const tarball = join(folder, filename);
  await execute(project, 'npm', ['install', '--prefer-offline', '--no-audit', tarball]);
  return {
    tarball,
    project,
    run: (program, ...args) => execute(project, program, args),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

async function execute(cwd: string, program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, maxBuffer: 16_000_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
