/** The recorded responses: where they are and what form they have. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageRoot } from '../../src/package-root.js';

/** The exit status of a script that lacks what it needs; .ci/run goes on then, as test runners of GNU do. */
export const SKIPPED = 77;

export interface RecordedCase {
  readonly name: string;
  readonly method: string;
  /** As on the wire. */
  readonly path: string;
  /** Latin-1 strings of the bytes on the wire. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: {
    readonly status: number;
    readonly body: unknown;
    readonly html?: boolean;
    readonly empty?: boolean;
  };
  readonly authentik500?: boolean;
  readonly brandLocale?: boolean;
  readonly unorderedResults?: boolean;
}

/** One database of one release and what authentik returned on it. */
export interface Recording {
  /** For example `public/2024.6`. */
  readonly name: string;
  readonly release: string;
  readonly cases: readonly RecordedCase[];
  readDump(): string;
}

/** Beside the checkout, also beside the one that a worktree belongs to, or where RECORDED_RESPONSES says. */
function findFolder(): string | undefined {
  const git = ['rev-parse', '--path-format=absolute', '--git-common-dir'];
  const options = { cwd: packageRoot, encoding: 'utf8' } as const;
  const checkouts = [packageRoot, dirname(spawnSync('git', git, options).stdout ?? '')];
  return [
    process.env.RECORDED_RESPONSES ?? '',
    ...checkouts.map((checkout) => join(checkout, '..', 'shared', 'vectors')),
  ].find((folder) => existsSync(join(folder, 'public')));
}

/** All recordings of the fixtures, or those of the given releases; none where there are no recordings. */
export function findRecordings(
  fixtures: readonly string[],
  releases: readonly string[] = [],
): Recording[] {
  const folder = findFolder();
  if (folder === undefined) return [];
  return fixtures.flatMap((fixture) =>
    readdirSync(join(folder, fixture))
      .filter((release) => releases.length === 0 || releases.includes(release))
      .sort(compareReleases)
      .map((release) => {
        const pathOf = (file: string) => join(folder, fixture, release, file);
        const files = ['cases.json', 'list-cases.json'].map(pathOf);
        return {
          name: `${fixture}/${release}`,
          release,
          cases: files.flatMap(readCases),
          // Without the commands that only psql understands.
          readDump: () =>
            gunzipSync(readFileSync(pathOf('db.sql.gz')))
              .toString('utf8')
              .replaceAll(/^\\(un)?restrict .*$/gm, ''),
        };
      }),
  );
}

const readCases = (file: string): RecordedCase[] =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];

/** Negative if `a` is the earlier one: 2024.8 comes before 2024.12. */
export function compareReleases(a: string, b: string): number {
  const [yearA = 0, monthA = 0] = a.split('.').map(Number);
  const [yearB = 0, monthB = 0] = b.split('.').map(Number);
  return yearA - yearB || monthA - monthB;
}
