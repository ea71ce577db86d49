/** The manifests of `deploy/kubernetes`, for the tests that read them and the one that runs the Deployment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/package-root.js';

/** Plain data; each test says what it expects of it. */
export type Manifest = ReturnType<typeof parse>;

export const folder = join(packageRoot, 'deploy/kubernetes');
export const read = (file: string): Manifest => parse(readFileSync(join(folder, file), 'utf8'));
export const deployment = read('deployment.yaml');
export const kustomization = read('kustomization.yaml');
