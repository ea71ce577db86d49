/** The servers that are compared: ours, and what a user would pick instead. */

/** `reads`: from the database; the others send a constant. */
export const PEERS = {
  ours: { title: '**ours**', reads: true },
  'http-constant': { title: 'node:http, constant', reads: false },
  'express-constant': { title: 'Express, constant', reads: false },
  'express-validator': { title: 'Express + validator, constant', reads: false },
  'express-pg': { title: 'Express + validator + pg, prepared', reads: true },
  'express-prisma': { title: 'Express + validator + Prisma', reads: true },
  'fastify-prisma': { title: 'Fastify + openapi-glue + Prisma', reads: true },
};
export type PeerName = keyof typeof PEERS;
// `Object.keys` forgets which keys there are.
export const PEER_NAMES = Object.keys(PEERS) as PeerName[];

/** What is 1 in the ratios. */
export const CONSTANT_PEER = 'express-validator';
