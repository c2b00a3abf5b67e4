/** The parts of a pod that the *restricted* Pod Security Standard speaks of. */
export interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: SecurityContext & { sysctls?: { name: string }[] };
  containers: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
  volumes?: Record<string, unknown>[];
}

interface Container {
  name: string;
  ports?: { hostPort?: number }[];
  securityContext?: SecurityContext & {
    privileged?: boolean;
    allowPrivilegeEscalation?: boolean;
    capabilities?: { add?: string[]; drop?: string[] };
    procMount?: string;
  };
}

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type: string };
  appArmorProfile?: { type: string };
  seLinuxOptions?: { type?: string; user?: string; role?: string };
  windowsOptions?: { hostProcess?: boolean };
}

const VOLUME_TYPES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
const SELINUX_TYPES: ReadonlySet<string> = new Set([
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

/**
 * Sentences, one a breach of the Pod Security Standard *restricted* (of Kubernetes 1.36, which holds what *baseline*
 * does as well).
 */
export function restrictedViolations(pod: PodSpec): string[] {
  const containers = [...pod.containers, ...(pod.initContainers ?? []), ...(pod.ephemeralContainers ?? [])];
  const found = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => pod[name] === true).map(String);
  for (const { name } of pod.securityContext?.sysctls ?? []) if (!SAFE_SYSCTLS.has(name)) found.push(`sysctl ${name}`);
  for (const volume of pod.volumes ?? []) {
    const types = Object.keys(volume).filter((key) => key !== 'name');
    found.push(...types.filter((type) => !VOLUME_TYPES.has(type)).map((type) => `volume of type ${type}`));
  }
  found.push(...contextViolations('pod', pod.securityContext));
  for (const container of containers) found.push(...containerViolations(container, pod.securityContext));
  return found;
}

function containerViolations(
  { name, ports, securityContext: own = {} }: Container,
  pod: SecurityContext = {},
): string[] {
  const found = contextViolations(name, own);
  const say = (what: string) => found.push(`${name}: ${what}`);
  if (own.privileged === true) say('privileged');
  if (own.allowPrivilegeEscalation !== false) say('allowPrivilegeEscalation is not false');
  if (own.capabilities?.drop?.includes('ALL') !== true) say('does not drop ALL capabilities');
  for (const added of own.capabilities?.add ?? []) if (added !== 'NET_BIND_SERVICE') say(`adds ${added}`);
  if (!['Default', undefined].includes(own.procMount)) say(`procMount ${own.procMount}`);
  if ((own.runAsNonRoot ?? pod.runAsNonRoot) !== true) say('runAsNonRoot is not true');
  if ((own.runAsUser ?? pod.runAsUser) === 0) say('runs as user 0');
  const seccomp = own.seccompProfile?.type ?? pod.seccompProfile?.type;
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') say(`seccomp profile ${seccomp}`);
  for (const { hostPort = 0 } of ports ?? []) if (hostPort !== 0) say(`port ${hostPort} of the host`);
  return found;
}

function contextViolations(owner: string, context: SecurityContext = {}): string[] {
  const found: string[] = [];
  const { appArmorProfile, seLinuxOptions, windowsOptions } = context;
  if (appArmorProfile?.type === 'Unconfined') found.push(`${owner}: AppArmor unconfined`);
  if (windowsOptions?.hostProcess === true) found.push(`${owner}: process of a Windows host`);
  const { type, user, role } = seLinuxOptions ?? {};
  if (type !== undefined && type !== '' && !SELINUX_TYPES.has(type)) found.push(`${owner}: SELinux type ${type}`);
  if ((user ?? role ?? '') !== '') found.push(`${owner}: SELinux user or role`);
  return found;
}
