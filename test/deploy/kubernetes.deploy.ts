import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEMO } from '../../src/demo/demo.js';
import { deployment, folder, kustomization, type Manifest, read } from './support/kubernetes.js';
import { requireProgram } from './support/programs.js';
import { elsewhere, LIST, noBearer, pathTo, STAGE } from './support/requests.js';
import { configOf, settings, settingsOf } from './support/settings.js';

const VALIDATOR = 'kubernetes-validate==1.37.0';
/** Custom resources, and all the fields that they may have: of Gateway API 1.4 and the Prometheus operator. */
const CUSTOM: Readonly<Record<string, string>> = {
  'http-route.yaml': `gateway.networking.k8s.io/v1/HTTPRoute parentRefs.name parentRefs.namespace hostnames
    rules.matches.method rules.matches.path.type rules.matches.path.value rules.matches.headers.name
    rules.matches.headers.type rules.matches.headers.value rules.backendRefs.name rules.backendRefs.port`,
  'metrics/service-monitor.yaml': `monitoring.coreos.com/v1/ServiceMonitor endpoints.port
    selector.matchLabels.app.kubernetes.io/name`,
};

const manifests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /(?<!kustomization)\.yaml$/.test(name),
);
const metrics = read('metrics/kustomization.yaml');
const route = read('http-route.yaml');
const service = read('service.yaml');

describe('deploy/kubernetes', () => {
  test('lists every manifest, and none that is missing', () => {
    const ofMetrics = metrics.resources.map((name: string) => join('metrics', name));
    expect([...kustomization.resources, ...ofMetrics].sort()).toEqual(manifests.sort());
  });

  test("fits Kubernetes' schemas", () => {
    const environment = mkdtempSync(join(tmpdir(), 'kubernetes-validate-'));
    const run = (program: string, ...parameters: string[]) =>
      execFileSync(program, parameters, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    run(requireProgram('python3'), '-m', 'venv', environment);
    run(join(environment, 'bin/pip'), 'install', '--quiet', VALIDATOR);
    const core = manifests.filter((name) => !(name in CUSTOM));
    const report = run(join(environment, 'bin/kubernetes-validate'), '--strict', ...core);
    rmSync(environment, { recursive: true });
    expect(report.match(/ passed /g)).toHaveLength(core.length);
  });

  test.each(Object.keys(CUSTOM))('%s has the fields of its kind only', (file) => {
    const { apiVersion, kind, metadata, spec } = read(file);
    expect(Object.keys(metadata)).toEqual(['name']);
    const found = new Set([`${apiVersion}/${kind}`, ...fieldsOf(spec)]);
    expect(found).toEqual(new Set(CUSTOM[file]?.split(/\s+/)));
  });

  test('refers to what is there', () => {
    const { template, selector } = deployment.spec;
    const { containers, volumes, topologySpreadConstraints } = template.spec;
    const [{ envFrom, image, ports, volumeMounts, livenessProbe, readinessProbe }] = containers;
    const { images, configMapGenerator, secretGenerator, labels } = kustomization;
    const network = read('network-policy.yaml').spec;
    for (const selected of [
      selector.matchLabels,
      service.spec.selector,
      read('disruption-budget.yaml').spec.selector.matchLabels,
      network.podSelector.matchLabels,
      read('metrics/service-monitor.yaml').spec.selector.matchLabels,
      topologySpreadConstraints[0].labelSelector.matchLabels,
    ]) {
      expect([template.metadata.labels, labels[0].pairs]).toMatchObject([selected, selected]);
    }
    const portOf = (probe: Manifest) => probe.httpGet.port;
    const used = [portOf(livenessProbe), portOf(readinessProbe), network.ingress[0].ports[0].port];
    const [{ targetPort, port }] = service.spec.ports;
    expect(new Set([...used, targetPort])).toEqual(new Set([ports[0].name]));
    expect(route.spec.rules[0].backendRefs).toEqual([{ name: service.metadata.name, port }]);
    expect({
      scaled: read('autoscaler.yaml').spec.scaleTargetRef.name,
      image,
      settings: [envFrom[0].configMapRef.name, metrics.configMapGenerator[0].name],
      secret: [volumes[0].secret.secretName, volumes[0].name],
      passwordFile: settings.DATABASE_PASSWORD_FILE,
    }).toEqual({
      scaled: deployment.metadata.name,
      image: images[0].name,
      settings: [configMapGenerator[0].name, configMapGenerator[0].name],
      secret: [secretGenerator[0].name, volumeMounts[0].name],
      passwordFile: join(volumeMounts[0].mountPath, secretGenerator[0].files[0]),
    });
  });

  test('sets what the service takes, and gives a pod the time to end by itself', () => {
    const { http } = configOf({ ...settings, ...settingsOf(metrics) });
    const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const neededMs = http.shutdownDelayMs + http.shutdownTimeoutMs;
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(neededMs);
  });

  test('routes reads with a bearer token to the service, and nothing else', () => {
    const headers = { Authorization: 'bearer token' };
    for (const path of [STAGE, pathTo(DEMO.stageUuid.toUpperCase()), LIST]) {
      const admitted = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) =>
        isForStages(method, path, headers),
      );
      expect(admitted).toEqual(['GET', 'HEAD']);
      expect(noBearer.filter((request) => isForStages('GET', path, request.headers))).toEqual([]);
    }
    expect(elsewhere.filter((path) => isForStages('GET', path, headers))).toEqual([]);
  });
});

/** As the Gateway API puts it: all conditions of one match hold, and an expression fits the whole value. */
function isForStages(method: string, path: string, headers: Record<string, string>): boolean {
  const fits = (type: string, expected: string, value = '') =>
    type === 'Exact' ? value === expected : new RegExp(`^(?:${expected})$`).test(value);
  return route.spec.rules[0].matches.some(
    (match: Manifest) =>
      match.method === method &&
      fits(match.path.type, match.path.value, path.split('?')[0]) &&
      match.headers.every(({ name, type, value }: Manifest) => fits(type, value, headers[name])),
  );
}

/** Fields by their path, those of an array's items under the array's own name. */
function fieldsOf(value: Manifest, path = ''): string[] {
  if (typeof value !== 'object') return [path.slice(1)];
  const isArray = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) =>
    fieldsOf(item, isArray ? path : `${path}.${key}`),
  );
}
