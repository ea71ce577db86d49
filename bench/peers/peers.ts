/** The servers that are compared. Each is a process that reads PORT, DATABASE_URL and CONSTANT_BODY. */

export interface Peer {
  readonly name: string;
  readonly title: string;
  /** The compiled module to run, from the build's folder. */
  readonly module: string;
  /** Whether it does the whole work; the others answer a constant to anything. */
  readonly reads: boolean;
  /** How the peer is meant to be started. */
  readonly nodeOptions?: readonly string[];
}

export const PEERS = [
  {
    name: 'ours',
    title: 'ours',
    module: 'src/main.js',
    reads: true,
    // As in `npm start`.
    nodeOptions: ['--max-semi-space-size=8'],
  },
  {
    name: 'http',
    title: 'node:http, constant',
    module: 'bench/peers/http-constant.js',
    reads: false,
  },
  {
    name: 'express',
    title: 'Express, constant',
    module: 'bench/peers/express-constant.js',
    reads: false,
  },
  {
    name: 'express-validator',
    title: 'Express + validator, constant',
    module: 'bench/peers/express-validator.js',
    reads: false,
  },
  {
    name: 'straightforward',
    title: 'straightforward: Express + validator + Prisma',
    module: 'bench/peers/express-prisma.js',
    reads: true,
  },
  {
    name: 'fastify',
    title: 'Fastify + openapi-glue + Prisma',
    module: 'bench/peers/fastify-prisma.js',
    reads: true,
  },
  {
    name: 'pg',
    title: 'Express + validator + pg, prepared',
    module: 'bench/peers/express-pg.js',
    reads: true,
  },
] as const satisfies readonly Peer[];
