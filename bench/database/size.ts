/** How large a seeded database is. */

export interface Size {
  readonly stages: number;
  readonly flowsPerStage: number;
  /** Each user has one API token. */
  readonly users: number;
  /** Groups on the way from a user's own group to the one that decides, both counted. */
  readonly groupDepth: number;
  readonly oauthTokens: number;
  /** Whether OAuth access tokens have the index that authentik lacks. */
  readonly hasOauthIndex: boolean;
}

/** What a middling installation may hold. */
export const BASE_SIZE: Size = {
  stages: 1000,
  flowsPerStage: 1,
  users: 1000,
  groupDepth: 1,
  oauthTokens: 100,
  hasOauthIndex: false,
};

/** A name for the database, the same for equal sizes. */
export function nameOf(size: Size): string {
  return `bench_${Object.values(size).join('_')}`;
}
