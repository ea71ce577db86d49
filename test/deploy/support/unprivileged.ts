const NOBODY = 65_534;

/** For `spawn`. Only root can become someone else; anybody else is without privileges already. */
export function unprivileged(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}
