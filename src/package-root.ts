/** Finds the package's own folder, the same from the sources and from the build. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let folder = dirname(fileURLToPath(import.meta.url));
while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);

/** Absolute path of the folder that holds package.json and openapi.yaml. */
export const packageRoot = folder;
