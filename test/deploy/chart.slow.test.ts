import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { PLAIN_MANIFESTS, plainArguments, plainManifest, rootFolder } from '../../scripts/deploy/generated-files.ts';
import { refusalOfOpenPorts } from '../../src/config/is-open.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { parseAlerts } from '../../src/sinks/alerts-file/load-alerts.ts';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';
import { restrictedViolations } from './pod-security.ts';
import type { PodSpec } from './pod-security.ts';

const CHART = join(rootFolder(), 'deploy/helm/halfspace');
const KUBERNETES = ['1.33', '1.34', '1.35', '1.36'];
/** Kinds that clusters learn from others; kubernetes-validate has no schema of theirs. */
const CUSTOM_KINDS: ReadonlySet<string> = new Set(['ServiceMonitor', 'PrometheusRule', 'HTTPRoute']);
const helm = await usePart('helm');
const validate = await usePart('kubernetes-validate');

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string>; namespace?: string };
  data?: Record<string, string>;
  spec?: { template?: { spec: PodSpec & Record<string, unknown> }; selector?: Record<string, unknown> } & Record<
    string,
    unknown
  >;
}

const examples = readdirSync(join(CHART, 'examples')).map(
  (file) => [file, ['-f', join(CHART, 'examples', file)]] as const,
);
const renderings: (readonly [string, readonly string[]])[] = [['the defaults', []], ...examples];

describe.skipIf(helm.missing !== undefined)('the chart', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-chart-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const runHelm = (...args: string[]) => runCommand(helm.path!, args, { cwd: rootFolder() });
  const template = (...args: string[]) => runHelm('template', 'halfspace', CHART, '--namespace', 'logs', ...args);
  const render = async (...args: string[]) => manifestsOf(await template(...args));

  describe.each(renderings)('with %s', (_name, values) => {
    test('passes helm lint', async () => {
      expect(await runHelm('lint', '--strict', CHART, ...values)).toContain('0 chart(s) failed');
    });

    test.skipIf(validate.missing !== undefined)(
      'is valid for each Kubernetes that it supports',
      async () => {
        const standard = (await render(...values)).filter(({ kind }) => !CUSTOM_KINDS.has(kind));
        const file = join(folder, 'standard.json');
        await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: standard }));
        const rendered = join(folder, 'rendered.yaml');
        await writeFile(rendered, standard.map((one) => `---\n${JSON.stringify(one)}\n`).join(''));
        for (const version of KUBERNETES) {
          const said = await runCommand(validate.path!, ['--strict', '-k', version, rendered]);
          expect(said).not.toMatch(/WARN|ERROR/);
          expect(said.match(/INFO/g)?.length).toBe(standard.length);
        }
      },
      60_000,
    );

    test('S22: keeps to the restricted Pod Security Standard, and writes to no root file system', async () => {
      const pods = (await render(...values)).flatMap(({ spec }) => spec?.template?.spec ?? []);
      expect(pods.length).toBeGreaterThan(0);
      for (const pod of pods) {
        expect(restrictedViolations(pod)).toEqual([]);
        for (const { securityContext } of pod.containers)
          expect(securityContext).toHaveProperty('readOnlyRootFilesystem', true);
      }
    });

    test('names every object as its release, and selects its own pods', async () => {
      const manifests = await render(...values);
      const pods = manifests.flatMap(
        ({ spec }) => (spec?.template as { metadata?: { labels: object } } | undefined)?.metadata?.labels ?? [],
      );
      for (const { metadata } of manifests) expect(metadata.name).toMatch(/^halfspace(-|$)/);
      const selectors = manifests.flatMap(
        ({ spec }) => (spec?.selector as { matchLabels?: object } | undefined)?.matchLabels ?? [],
      );
      // A ServiceMonitor selects a Service.
      const ofPods = selectors.filter((selector) => !('halfspace/scrape' in selector));
      for (const selector of ofPods) expect(pods).toContainEqual(expect.objectContaining(selector));
    });

    test('gives settings that the service takes', async () => {
      const manifests = await render(...values);
      const settings = settingsIn(manifests);
      const isGiven = JSON.stringify(manifests).includes('"secretRef"');
      if (isGiven && !('SIGNING_SECRET_FILE' in settings)) settings['SIGNING_SECRET'] = 'of-the-secret';
      for (const name of ['SIGNING_SECRET_FILE', 'OTLP_BEARER_TOKENS_FILE']) {
        const path = settings[name];
        if (path === undefined) continue;
        settings[name] = join(folder, path.slice(path.lastIndexOf('/')));
        await writeFile(settings[name], 'of-the-secret');
      }
      const config = loadConfig(settings);
      const { listen, warnings } = config;
      expect(listen.host).toBe('0.0.0.0');
      expect(refusalOfOpenPorts(config)).toBeUndefined();
      expect(warnings).toEqual([]);
    });
  });

  test.each([
    ['no Secret, but the network policy', [], true],
    ['neither, and that is meant', ['networkPolicy.enabled=false', 'allowUnauthenticated=true'], true],
    ['a Secret, which has to have SIGNING_SECRET', ['existingSecret=mine'], false],
    ['a Secret without it, and that is meant', ['existingSecret=mine', 'allowUnauthenticated=true'], true],
    [
      'certificates of senders and callers',
      ['networkPolicy.enabled=false', 'tls.existingSecret=tls', 'tls.clientCa=true', 'tls.apiClientCa=true'],
      true,
    ],
  ])('with %s it starts open: %#', async (_what, values, starts) => {
    const config = loadConfig(settingsIn(await render(...values.flatMap(set))));
    expect(refusalOfOpenPorts(config) === undefined).toBe(starts);
  });

  test('gives secrets that are followed as files, and no second time by the environment', async () => {
    const manifests = await render('--set', 'existingSecret=mine', '--set', 'secretFiles={SIGNING_SECRET}');
    const [pod] = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
    const { containers, volumes } = pod as unknown as {
      containers: { env: { name: string; value: string }[]; volumeMounts: { name: string; mountPath: string }[] }[];
      volumes: { name: string; secret?: { secretName: string; items: { path: string }[] } }[];
    };
    // As Kubernetes puts an environment together: what stands in env wins over envFrom.
    const ofSecret = { SIGNING_SECRET: 'of-the-secret', LOKI_API_KEY: 'of-loki' };
    const env: Record<string, string> = { ...settingsIn(manifests), ...ofSecret };
    for (const { name, value } of containers[0]!.env) env[name] = value;
    const mount = containers[0]!.volumeMounts.find(({ mountPath }) =>
      env['SIGNING_SECRET_FILE']?.startsWith(mountPath),
    )!;
    const { secret } = volumes.find(({ name }) => name === mount.name)!;
    expect(secret).toMatchObject({ secretName: 'mine', items: [{ path: 'SIGNING_SECRET' }] });
    const file = join(folder, secret!.items[0]!.path);
    await writeFile(file, 'of-the-file');
    expect(env['SIGNING_SECRET_FILE']).toBe(join(mount.mountPath, 'SIGNING_SECRET'));
    const { security, sources } = loadConfig({ ...env, SIGNING_SECRET_FILE: file });
    expect([security.signingSecret, sources.get('loki')?.get('api_key')]).toEqual(['of-the-file', 'of-loki']);
  });

  test('writes numbers, lists and flags as the service reads them', async () => {
    const settings = {
      BUFFER_MAX_BYTES: 1_073_741_824,
      HST_THRESHOLD: 0.85,
      KEEP_RECORD_TEMPLATE: true,
      SERVICE_ATTRIBUTES: ['service.name', 'k8s.deployment.name'],
    };
    const manifests = await render('--set-json', `config=${JSON.stringify(settings)}`);
    const { data } = manifests.find(({ kind }) => kind === 'ConfigMap')!;
    expect(data).toMatchObject({
      BUFFER_MAX_BYTES: '1073741824',
      HST_THRESHOLD: '0.85',
      KEEP_RECORD_TEMPLATE: 'true',
      SERVICE_ATTRIBUTES: 'service.name,k8s.deployment.name',
    });
  });

  test.each([
    ['a secret in the settings', ['config.SIGNING_SECRET=abc'], 'SIGNING_SECRET'],
    ['a setting that does not exist', ['config.MAX_SERVICE=5'], 'MAX_SERVICE'],
    ['a setting out of its range', ['config.MAX_SERVICES=0'], 'MAX_SERVICES'],
    ['a value that does not exist', ['replicas=2'], 'replicas'],
    ['a digest that is none', ['image.digest=latest'], 'digest'],
    ['replicas that share nothing out', ['replicaCount=2'], 'gateway.enabled=true'],
    ['nothing that secures it', ['networkPolicy.enabled=false'], 'nothing secures Halfspace'],
    ['a CA without its Secret', ['tls.clientCa=true'], 'tls.existingSecret'],
    ['a CA for callers without its Secret', ['tls.apiClientCa=true'], 'tls.existingSecret'],
    ['keys of no Secret', ['secretFiles={SIGNING_SECRET}'], 'existingSecret'],
    ['keys that are not followed', ['existingSecret=mine', 'secretFiles={LOKI_API_KEY}'], 'secretFiles'],
    ['an Ingress for every host', ['ingress.enabled=true'], 'ingress.host'],
    ['a route without a Gateway', ['httpRoute.enabled=true'], 'httpRoute.parentRefs'],
  ])('refuses %s, and says so', async (_what, values, sentence) => {
    await expect(template(...values.flatMap(set))).rejects.toThrow(sentence);
  });

  test.each([
    ['5Gi', '4294967296'],
    ['500M', '400000000'],
    ['1.5Ti', '1319413953331'],
  ])('bounds what is kept on a volume of %s to %s bytes', async (size, bytes) => {
    const manifests = await render(...set(`persistence.size=${size}`));
    expect(manifests.find(({ kind }) => kind === 'ConfigMap')?.data).toMatchObject({ DATA_MAX_BYTES: bytes });
  });

  test('gives an alerts file that the service takes, with its secrets left to the environment', async () => {
    const manifests = await render('-f', join(CHART, 'examples/alerts.yaml'));
    const { data } = manifests.find(({ metadata }) => metadata.name === 'halfspace-alerts')!;
    const secrets: Record<string, string> = { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/x' };
    const variable = (name: string) => secrets[name] ?? '0123456789abcdef0123456789abcdef';
    const { sinks } = parseAlerts(data!['alerts.yaml']!, { file: 'alerts.yaml', variable });
    expect(sinks.map(({ name }) => name).toSorted()).toEqual(['on-call', 'team']);
  });

  test('takes secrets by reference, and keeps them out of what it renders', async () => {
    const [pod] = (await render('-f', join(CHART, 'examples/secured.yaml'))).flatMap(
      ({ spec }) => spec?.template?.spec ?? [],
    );
    const [container] = pod!.containers as unknown as Record<
      string,
      { secretRef?: object; httpGet: { scheme: string } }[]
    >[];
    expect(container!['envFrom']).toContainEqual({ secretRef: { name: 'halfspace-secrets' } });
    expect((await render('-f', join(CHART, 'examples/secured.yaml'))).map(({ kind }) => kind)).not.toContain('Secret');
    expect(container!['readinessProbe']).toMatchObject({ httpGet: { scheme: 'HTTPS' } });
  });

  test.each([...PLAIN_MANIFESTS])('%s is what `npm run deploy` writes', async (path, more) => {
    const rendered = await runHelm(...plainArguments(more));
    expect(await readFile(join(rootFolder(), path), 'utf8')).toBe(plainManifest(rendered));
  });

  test.skipIf(validate.missing !== undefined)('the plain manifests are valid by themselves', async () => {
    const files = ['namespace.yaml', 'halfspace.yaml', 'halfspace-ha.yaml'].map((file) =>
      join(rootFolder(), 'deploy/kubernetes', file),
    );
    expect(await runCommand(validate.path!, ['--strict', '-k', '1.36', ...files])).not.toMatch(/WARN|ERROR/);
  });

  test.skipIf(validate.missing !== undefined)('a misspelt field is found: the check can fail', async () => {
    const file = join(folder, 'wrong.yaml');
    const text = await readFile(join(rootFolder(), 'deploy/kubernetes/halfspace.yaml'), 'utf8');
    await writeFile(file, text.replace('serviceName:', 'serviceNam:'));
    await expect(runCommand(validate.path!, ['--strict', '-k', '1.36', file])).rejects.toThrow('serviceNam');
  });
});

function set(value: string): string[] {
  return ['--set', value];
}

function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const manifest = (document as { toJS(): unknown }).toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

function settingsIn(manifests: Manifest[]): Record<string, string> {
  return manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'halfspace')!.data!;
}
