/** Finds the package's own folder, the same from the sources and from the build. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The package is incomplete: no package.json above its code.');
  return findPackageRoot(parent);
}

/** Absolute path of the folder that holds package.json and openapi.yaml. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));
