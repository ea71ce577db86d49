/** Starts and ends the process of a peer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface PeerSettings {
  readonly module: string;
  readonly databaseUrl: string;
  readonly constantBody?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[] | undefined;
}

export interface RunningPeer {
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

const BUILD_FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));
const START_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

/** Resolves when the peer takes connections. Its log goes to the null device, its complaints to our own stderr. */
export async function startPeer(settings: PeerSettings): Promise<RunningPeer> {
  const port = await findFreePort();
  const { PATH, HOME } = process.env;
  const child = spawn(
    process.execPath,
    [...(settings.nodeOptions ?? []), join(BUILD_FOLDER, settings.module)],
    {
      // Nothing of our own environment may tune a peer.
      env: {
        PATH,
        HOME,
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: settings.databaseUrl,
        CONSTANT_BODY: settings.constantBody ?? '{}',
        ...settings.environment,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-4000);
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${settings.module} does not start:\n${complaints}`);
    }
    await pause(POLL_MS);
  }
  return {
    port,
    pid: child.pid as number,
    process: child,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
