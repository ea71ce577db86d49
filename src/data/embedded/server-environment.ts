/** The environment of PostgreSQL's programs. */

/** Without variables such as PGDATA or PGPORT, which are about somebody else's server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
