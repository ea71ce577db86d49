import { type Config, readConfig, SETTINGS } from '../../../src/config.js';
import { kustomization, type Manifest } from './kubernetes.js';

export const settingNames: readonly string[] = SETTINGS.map(({ variable }) => variable);

/** What the service makes of these variables. Throws when it refuses one or does not know it. */
export function configOf(environment: Readonly<Record<string, string>>): Config {
  const unknown = Object.keys(environment).filter((name) => !settingNames.includes(name));
  if (unknown.length > 0) throw new Error(`These are no settings: ${unknown.join(', ')}`);
  // The file is on another machine.
  return readConfig({ ...environment, DATABASE_PASSWORD_FILE: undefined });
}

/** What the ConfigMap of a kustomization holds. */
export function settingsOf({ configMapGenerator: [{ literals }] }: Manifest) {
  const pairs: string[][] = literals.map((line: string) => line.split(/=(.*)/s));
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Those of `deploy/kubernetes`. */
export const settings = settingsOf(kustomization);
