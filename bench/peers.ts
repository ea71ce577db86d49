/** The servers that are compared: ours, and what a user would pick instead. */
import {
  type ServiceProcess,
  type ServiceSettings,
  startServiceProcess,
} from '../test/support/live/service-process.js';
import type { Database } from './database.js';

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

export interface RunningPeer extends ServiceProcess {
  readonly port: number;
}

/** Ours connects as the role that may only read; the others read tokens themselves, as the owner of the tables. */
export async function startPeer(
  name: PeerName,
  { url, adminUrl }: Database,
  node: string,
  settings: ServiceSettings = {},
  nodeOptions: readonly string[] = [],
): Promise<RunningPeer> {
  const entry = name === 'ours' ? 'dist/src/main.js' : `dist/bench/peers/${name}.js`;
  const DATABASE_URL = name === 'ours' ? url : adminUrl;
  const peer = await startServiceProcess(
    { NODE_ENV: 'production', DATABASE_URL, ...settings },
    { entry, node, nodeOptions, stdout: 'ignore' },
  );
  return { ...peer, port: Number(new URL(peer.url).port) };
}
