/** `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`, as the kubelet links them. */
const CONTAINER_LINK = /\/[^/_]+_[^/_]+_([^/]+)-[\da-f]{64}\.log$/;
/** `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log`, rotated ones such as `0.log.20260504-080000.gz` included. */
const POD_FILE = /\/[^/_]+_[^/_]+_[\da-f-]{32,36}\/([^/]+)\/\d+\.log(?:\.[\w.-]+)?$/;

/** The container that a file of Kubernetes is the log of; undefined for any other file. */
export function serviceOfPath(path: string): string | undefined {
  return (CONTAINER_LINK.exec(path) ?? POD_FILE.exec(path))?.[1];
}
