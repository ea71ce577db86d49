/** The proxies of `deploy/`, each with the project's configuration in front of given addresses. */
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

export interface RunningProxy {
  readonly url: string;
  /** What the program complained about. */
  readonly output: () => string;
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
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    scgi_temp_path scgi;
    uwsgi_temp_path uwsgi;
    include site.conf;
  }
`;

export function startNginx(behind: Behind): Promise<RunningProxy> {
  return start(({ folder, listen }) => {
    const template = readFileSync(join(packageRoot, 'deploy/nginx.conf.template'), 'utf8');
    const values = { ...environmentOf(behind), PROXY_LISTEN: listen };
    // As `envsubst` does it, and with it the official image: `$name` without braces is nginx's own.
    const site = template.replaceAll(/\$\{(\w+)\}/g, (variable, name: keyof typeof values) => {
      if (!(name in values)) throw new Error(`Nothing sets ${variable} of the template.`);
      return values[name];
    });
    writeFileSync(join(folder, 'site.conf'), site);
    writeFileSync(join(folder, 'nginx.conf'), AROUND_SITE);
    return launch([requireProgram('nginx'), '-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
  });
}

export function startCaddy(behind: Behind): Promise<RunningProxy> {
  return start(({ folder, listen }) =>
    launch([requireProgram('caddy'), 'run', '--config', join(packageRoot, 'deploy/Caddyfile')], {
      env: {
        ...environmentOf(behind),
        // For every Host, as the template of nginx is.
        PROXY_ADDRESS: `http://:${new URL(`http://${listen}`).port}`,
        CADDY_ADMIN: 'off',
        HOME: folder,
      },
    }),
  );
}

function environmentOf({ stages: [STAGES_1, STAGES_2], authentik }: Behind) {
  return { STAGES_1, STAGES_2, AUTHENTIK: authentik };
}

async function start(
  run: (at: { folder: string; listen: string }) => ReturnType<typeof launch>,
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'authentik-stages-proxy-'));
  // Its workers may be of another account.
  chmodSync(folder, 0o755);
  const listen = `127.0.0.1:${await findFreePort()}`;
  const url = `http://${listen}`;
  const { child, output, isRunning, ended } = run({ folder, listen });
  await until('the proxy responds', async () => {
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
