/** What a first try needs from the demo data; a test checks it against prisma/embedded/seed.sql. */
export const DEMO = {
  /** The password stage of a fresh installation. */
  stageUuid: '7abcedbb-ffe3-4009-970f-84fc06e75cce',
  /** Well known, and therefore served on loopback only. */
  administratorToken: 'demo-administrator-token',
} as const;
