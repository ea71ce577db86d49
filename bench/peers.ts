/** The servers that are compared: ours, and what a user would pick instead. */
import {
  type ServiceProcess,
  type ServiceSettings,
  startServiceProcess,
} from '../test/support/live/service-process.js';
import type { Database } from './database.js';
import type { Runtime } from './options.js';

export const PEERS = [
  { name: 'ours', title: '**ours**', reads: true },
  { name: 'http-constant', title: 'node:http, constant', reads: false },
  { name: 'express-constant', title: 'Express, constant', reads: false },
  { name: 'express-validator', title: 'Express + validator, constant', reads: false },
  { name: 'express-pg', title: 'Express + validator + pg, prepared', reads: true },
  { name: 'express-prisma', title: 'Express + validator + Prisma', reads: true },
  { name: 'fastify-prisma', title: 'Fastify + openapi-glue + Prisma', reads: true },
] as const;

/** What is 1 in the ratios. */
export const CONSTANT_PEER = 'express-validator';

export type PeerName = (typeof PEERS)[number]['name'];
export const PEER_NAMES = PEERS.map(({ name }) => name);

export const peerNamed = (name: PeerName) =>
  PEERS.find((peer) => peer.name === name) as (typeof PEERS)[number];

export interface StartOptions {
  readonly database: Database;
  readonly runtime: Runtime;
  readonly constantBody?: string;
  readonly settings?: ServiceSettings;
  /** A module that is loaded before the peer. */
  readonly preload?: string;
}

/** Ours connects as the role that may only read; the others read tokens themselves, as the owner of the tables. */
export function startPeer(
  name: PeerName,
  { database, runtime, constantBody = '{}', settings, preload }: StartOptions,
): Promise<ServiceProcess> {
  const isOurs = name === 'ours';
  return startServiceProcess(
    {
      NODE_ENV: 'production',
      DATABASE_URL: isOurs ? database.url : database.adminUrl,
      CONSTANT_BODY: constantBody,
      ...settings,
    },
    {
      ...(!isOurs && { entry: `dist/bench/peers/${name}.js` }),
      node: runtime.program,
      nodeOptions: preload === undefined ? [] : ['--import', `./${preload}`],
      stdout: 'ignore',
    },
  );
}
