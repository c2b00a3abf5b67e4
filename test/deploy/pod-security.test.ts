import { expect, test } from 'vitest';
import { restrictedViolations } from './pod-security.ts';
import type { PodSpec } from './pod-security.ts';

const GOOD: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'one', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
  volumes: [{ name: 'tmp', emptyDir: {} }],
};

test('a pod that keeps to the standard breaks nothing', () => {
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

function contextOf(pod: PodSpec) {
  return pod.containers[0]!.securityContext!;
}
