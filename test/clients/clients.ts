/** authentik's own clients: installed from the package indexes into a cache, and put to use. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Site } from './site.js';

export interface Client {
  readonly language: 'python' | 'typescript' | 'go' | 'rust';
  readonly version: string;
  /** The release of authentik that it was generated for. */
  readonly release: string;
  /** Rejects when the package cannot be had. */
  install(): Promise<void>;
  /** What came out for each site; `{ error }` where the client gave up. */
  use(sites: readonly Site[]): Promise<unknown[]>;
}

type Api = typeof import('@goauthentik/api');

const run = promisify(execFile);
const MAX_OUTPUT = { maxBuffer: 2 ** 26 };
const CACHE = join(tmpdir(), `authentik-clients-${userInfo().username}`);
const releaseOf = (version: string) => version.split('.').slice(0, 2).join('.');

/** A folder that `fill` filled, once for all processes: nobody sees half of it. */
async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  try {
    await fill(partial);
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

export function pythonClient(version: string): Client {
  const install = () =>
    cached(`python-${version}`, async (target) => {
      const pip = ['-m', 'pip', 'install', '--quiet', '--target', target];
      await run('python3', [...pip, `authentik-client==${version}`]);
    });
  return {
    language: 'python',
    version,
    release: releaseOf(version),
    install: async () => void (await Promise.all([install(), run('python3', ['--version'])])),
    async use(sites) {
      const script = join(import.meta.dirname, 'client.py');
      const env = { ...process.env, PYTHONPATH: await install() };
      const { stdout } = await run('python3', [script, JSON.stringify(sites)], {
        env,
        ...MAX_OUTPUT,
      });
      return JSON.parse(stdout);
    },
  };
}

/** Its versions are as `v3.2024063.1`: the first one for 2024.6.3. */
export function goClient(version: string): Client {
  const [, year, month] = /^v3\.(\d{4})(\d{2})/.exec(version) ?? [];
  const install = () =>
    cached(`go-${version}`, async (cwd) => {
      // The database of checksums is a host of its own, which not every network reaches.
      const env = { ...process.env, GOSUMDB: 'off', GOFLAGS: '-mod=mod' };
      copyFileSync(join(import.meta.dirname, 'client.go'), join(cwd, 'client.go'));
      await run('go', ['mod', 'init', 'client'], { cwd, env });
      await run('go', ['get', `goauthentik.io/api/v3@${version}`], { cwd, env });
      await run('go', ['build', '-o', 'client'], { cwd, env });
    });
  return {
    language: 'go',
    version,
    release: `${year}.${Number(month)}`,
    install: async () => void (await install()),
    use: async (sites) => useProgram(join(await install(), 'client'), sites),
  };
}

async function useProgram(program: string, sites: readonly Site[]): Promise<unknown[]> {
  const { stdout } = await run(program, [JSON.stringify(sites)], MAX_OUTPUT);
  return JSON.parse(stdout);
}

export function rustClient(version: string): Client {
  const install = () =>
    cached(`rust-${version}`, async (cwd) => {
      // Without TLS, which nothing here speaks.
      const crate = [`authentik-client@=${version}`, '--no-default-features'];
      await run('cargo', ['init', '--name', 'client', '--vcs', 'none'], { cwd });
      await run('cargo', ['add', ...crate], { cwd });
      await run('cargo', ['add', 'tokio', '--features', 'macros,rt-multi-thread'], { cwd });
      await run('cargo', ['add', 'serde_json'], { cwd });
      copyFileSync(join(import.meta.dirname, 'client.rs'), join(cwd, 'src', 'main.rs'));
      await run('cargo', ['build', '--config', 'profile.dev.debug=false'], { cwd });
    });
  return {
    language: 'rust',
    version,
    release: releaseOf(version),
    install: async () => void (await install()),
    use: async (sites) => useProgram(join(await install(), 'target/debug/client'), sites),
  };
}

export function typescriptClient(version: string): Client {
  const name = '@goauthentik/api';
  const install = () =>
    cached(`npm-${version}`, async (target) => {
      const npm = ['install', '--no-save', '--ignore-scripts', '--prefix', target];
      await run('npm', [...npm, `${name}@${version}`]);
      // Some releases lack the file that `main` names, and Node does not read `module`.
      await build({
        stdin: { contents: `module.exports = require('${name}')`, resolveDir: target },
        mainFields: ['module', 'main'],
        bundle: true,
        format: 'cjs',
        logLevel: 'silent',
        outfile: join(target, 'client.cjs'),
      });
    });
  // What is used of it has the same types in all releases.
  const load = async (): Promise<Api> =>
    createRequire(import.meta.url)(join(await install(), 'client.cjs'));
  return {
    language: 'typescript',
    version,
    release: releaseOf(version),
    // Loading megabytes would keep the services, which run in this process, from responding.
    install: async () => void (await load()),
    async use(sites) {
      const authentik = await load();
      const explain = (error: unknown) => ({ error: describe(authentik, error) });
      return Promise.all(sites.map((site) => use(authentik, site).catch(explain)));
    },
  };
}

async function use(authentik: Api, site: Site): Promise<object> {
  const api = (accessToken: string) =>
    new authentik.StagesApi(new authentik.Configuration({ basePath: site.url, accessToken }));
  const caller = api(site.token);
  const retrieve = (stageUuid: string, by = caller) => by.stagesPasswordRetrieve({ stageUuid });
  const list = (query: object) => caller.stagesPasswordList(toCamel(query));
  const failure = (error: unknown) => {
    if (!(error instanceof authentik.ResponseError)) throw error;
    return error.response.json().then((body) => ({ status: error.response.status, body }));
  };
  return {
    stage: await retrieve(site.stage),
    lists: await Promise.all(site.queries.map(list)),
    forbidden: await retrieve(site.stage, api(site.plainToken)).catch(failure),
    missing: await retrieve(site.missing).catch(failure),
  };
}

const describe = (authentik: Api, error: unknown) =>
  error instanceof authentik.ResponseError ? `status ${error.response.status}` : String(error);

const toCamel = (query: object) =>
  Object.fromEntries(
    Object.entries(query).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
