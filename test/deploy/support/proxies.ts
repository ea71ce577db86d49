/** The proxies of `deploy/`, each with the project's configuration in front of given addresses. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.js';
import { findFreePort } from '../../support/live/free-port.js';
import { type Launched, launch } from '../../support/live/launch.js';
import { until } from '../../support/live/until.js';
import { requireProgram } from './programs.js';

/** Addresses as `host:port`. */
export interface Behind {
  readonly stages: readonly [string, string];
  readonly authentik: string;
}

export interface RunningProxy {
  readonly url: string;
  stop(): Promise<void>;
}

// What Debian's own nginx.conf says around a site, without its fixed paths.
const AROUND_SITE = `
  daemon off;
  pid nginx.pid;
  error_log stderr warn;
  events {}
  http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; scgi_temp_path scgi; uwsgi_temp_path uwsgi;
    include site.conf;
  }
`;

export const startNginx = (behind: Behind) =>
  start((folder, port) => {
    const template = readFileSync(join(packageRoot, 'deploy/nginx.conf.template'), 'utf8');
    const values = { ...environmentOf(behind), PROXY_LISTEN: `127.0.0.1:${port}` };
    // As `envsubst` does it, and with it the official image: `$name` without braces is nginx's own.
    const site = template.replaceAll(/\$\{(\w+)\}/g, (variable, name: keyof typeof values) => {
      if (!(name in values)) throw new Error(`Nothing sets ${variable} of the template.`);
      return values[name];
    });
    writeFileSync(join(folder, 'site.conf'), site);
    writeFileSync(join(folder, 'nginx.conf'), AROUND_SITE);
    return launch([requireProgram('nginx'), '-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
  });

export const startCaddy = (behind: Behind) =>
  start((folder, port) =>
    // Without a host: for every Host, as the template of nginx is.
    launchCaddy(folder, readFileSync(join(packageRoot, 'deploy/Caddyfile'), 'utf8'), {
      ...environmentOf(behind),
      PROXY_ADDRESS: `http://:${port}`,
      CADDY_ADMIN: 'off',
    }),
  );

/** A balancer as most are: it goes by /readyz alone, and never asks a second instance, let alone authentik. */
export const startBalancer = ({ stages: [one, two] }: Behind) =>
  start((folder, port) => {
    const health = 'health_uri /readyz\nhealth_interval 500ms';
    const site = `http://:${port} {\nreverse_proxy ${one} ${two} {\n${health}\n}\n}`;
    return launchCaddy(folder, `{\nadmin off\n}\n${site}\n`, {});
  });

function launchCaddy(folder: string, config: string, environment: Record<string, string>) {
  writeFileSync(join(folder, 'Caddyfile'), config);
  const command = [requireProgram('caddy'), 'run', '--config', join(folder, 'Caddyfile')];
  return launch(command, { env: { ...environment, HOME: folder } });
}

function environmentOf({ stages: [STAGES_1, STAGES_2], authentik }: Behind) {
  return { STAGES_1, STAGES_2, AUTHENTIK: authentik };
}

async function start(run: (folder: string, port: number) => Launched): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-proxy-'));
  // Its workers may be of another account.
  chmodSync(folder, 0o755);
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { child, output, isRunning, ended } = run(folder, port);
  await until('the proxy responds', async () => {
    if (!isRunning()) throw new Error(output());
    const isThere = () => true;
    return fetch(url).then(isThere, () => false);
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
