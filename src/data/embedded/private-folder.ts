/** Our own folder among everybody's temporary files, for what cannot stay in its proper place. */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates it if need be; throws if it is not ours alone, because anybody may create it before us. */
export function openPrivateFolder(parent: string = tmpdir()): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(parent, `authentik-stages-password-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o711 });
    // The server's account must pass, whatever the umask says.
    chmodSync(folder, 0o711);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  const isOurs = process.platform === 'win32' || (found.uid === uid && (found.mode & 0o022) === 0);
  if (!found.isDirectory() || !isOurs) {
    throw new Error(
      `${folder} belongs to somebody else; remove it, or set TMPDIR or DATABASE_URL.`,
    );
  }
  return folder;
}
