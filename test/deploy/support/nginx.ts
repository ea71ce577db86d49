import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.js';
import { until } from '../../support/live/until.js';
import { findFreePort } from './free-port.js';
import { launch } from './launch.js';
import { requireProgram } from './programs.js';

/** Addresses as `host:port`. */
export interface Behind {
  readonly stages: readonly [string, string];
  readonly authentik: string;
}

export interface Nginx {
  readonly url: string;
  /** What nginx complained about. */
  readonly output: () => string;
  stop(): Promise<void>;
}

// What Debian's own nginx.conf says around a site, without its fixed paths.
const SURROUNDINGS = `
  daemon off;
  pid nginx.pid;
  error_log stderr warn;
  events {}
  http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    scgi_temp_path scgi;
    uwsgi_temp_path uwsgi;
    include site.conf;
  }
`;

/** Starts nginx with the project's configuration before these addresses. */
export async function startNginx({ stages, authentik }: Behind): Promise<Nginx> {
  const program = requireProgram('nginx');
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-nginx-'));
  // Its workers may be of another account.
  chmodSync(folder, 0o755);
  const listen = `127.0.0.1:${await findFreePort()}`;
  const [STAGES_1, STAGES_2] = stages;
  const site = render({ PROXY_LISTEN: listen, STAGES_1, STAGES_2, AUTHENTIK: authentik });
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), SURROUNDINGS);
  const command = [program, '-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  execFileSync(program, [...command.slice(1), '-t'], { stdio: 'pipe' });
  const { child, output, isRunning, ended } = launch(command);
  const url = `http://${listen}`;
  await until('nginx answers', async () => {
    if (!isRunning()) throw new Error(output());
    return fetch(`${url}/`).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** As `envsubst` does it, and with it the official image: `$name` without braces is nginx's own. */
function render(values: Readonly<Record<string, string>>): string {
  const template = readFileSync(join(packageRoot, 'deploy/nginx.conf.template'), 'utf8');
  return template.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing sets \${${name}} of the template.`);
    return value;
  });
}
