import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { restrictedViolations } from './pod-security.ts';
import type { PodSpec } from './pod-security.ts';

const GOOD: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'one', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
  volumes: [{ name: 'tmp', emptyDir: {} }],
};

test('S22: a pod that keeps to the standard breaks nothing', () => {
  expect(restrictedViolations(GOOD)).toEqual([]);
});

test.each<[string, (pod: PodSpec) => void]>([
  ['hostNetwork', (pod) => (pod.hostNetwork = true)],
  ['hostPID', (pod) => (pod.hostPID = true)],
  ['volume of type hostPath', (pod) => pod.volumes?.push({ name: 'host', hostPath: { path: '/' } })],
  ['sysctl kernel.msgmax', (pod) => (pod.securityContext!.sysctls = [{ name: 'kernel.msgmax' }])],
  ['one: runAsNonRoot is not true', (pod) => (pod.securityContext!.runAsNonRoot = false)],
  ['one: runs as user 0', (pod) => (pod.securityContext!.runAsUser = 0)],
  ['one: seccomp profile undefined', (pod) => delete pod.securityContext!.seccompProfile],
  ['pod: AppArmor unconfined', (pod) => (pod.securityContext!.appArmorProfile = { type: 'Unconfined' })],
  ['pod: SELinux type spc_t', (pod) => (pod.securityContext!.seLinuxOptions = { type: 'spc_t' })],
  ['one: privileged', (pod) => (contextOf(pod).privileged = true)],
  ['one: allowPrivilegeEscalation is not false', (pod) => delete contextOf(pod).allowPrivilegeEscalation],
  ['one: does not drop ALL capabilities', (pod) => (contextOf(pod).capabilities = { drop: ['NET_RAW'] })],
  ['one: adds SYS_ADMIN', (pod) => (contextOf(pod).capabilities = { drop: ['ALL'], add: ['SYS_ADMIN'] })],
  ['one: procMount Unmasked', (pod) => (contextOf(pod).procMount = 'Unmasked')],
  ['one: port 80 of the host', (pod) => (pod.containers[0]!.ports = [{ hostPort: 80 }])],
  ['init: does not drop ALL capabilities', (pod) => (pod.initContainers = [{ name: 'init' }])],
])('is told of: %s', (sentence, spoil) => {
  const pod = structuredClone(GOOD);
  spoil(pod);
  expect(restrictedViolations(pod)).toContain(sentence);
});

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec?: { template?: { spec?: PodSpec & { automountServiceAccountToken?: boolean } }; policyTypes?: string[] };
}

test.each(['halfspace.yaml', 'halfspace-ha.yaml'])(
  'S22: deploy/kubernetes/%s keeps to the restricted standard, writes to no root file system, gives no token, has a network policy',
  (file) => {
    const text = readFileSync(join(rootFolder(), 'deploy/kubernetes', file), 'utf8');
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    const pods = manifests.flatMap(({ kind, spec }) =>
      spec?.template?.spec === undefined ? [] : [{ kind, ...spec.template.spec }],
    );
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      expect(restrictedViolations(pod)).toEqual([]);
      for (const { securityContext } of pod.containers)
        expect(securityContext).toHaveProperty('readOnlyRootFilesystem', true);
    }
    // The Collectors before several replicas look up where these are, and have a token for that alone.
    const own = pods.filter(({ kind }) => kind === 'StatefulSet');
    expect(own.map((pod) => pod.automountServiceAccountToken)).toEqual([false]);
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.length).toBe(pods.length);
    for (const { spec } of policies) expect(spec?.policyTypes).toContain('Ingress');
  },
);

function contextOf(pod: PodSpec) {
  return pod.containers[0]!.securityContext!;
}
