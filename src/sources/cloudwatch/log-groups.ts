/** A log group, and the service that its lines belong to where they name none. */
export interface LogGroup {
  /** Name, or ARN for one of another account. */
  id: string;
  isArn: boolean;
  service: string;
}

/** @param text names or ARNs, separated by commas. */
export function parseLogGroups(text: string): LogGroup[] {
  const ids = text
    .split(',')
    .map((part) => part.trim().replace(/:\*$/, ''))
    .filter((part) => part !== '');
  return [...new Set(ids)].map((id) => ({ id, isArn: id.startsWith('arn:'), service: serviceOfLogGroup(id) }));
}

/** Groups whose last part is a kind of log, and what stands before it the thing. */
const NAMED_BEFORE =
  /^\/aws\/(?:rds\/(?:instance|cluster)|eks|containerinsights|ecs\/containerinsights|amazonmq\/broker)\/([^/]+)\/|^(API-Gateway-Execution-Logs_[^/]+)\//;

/** `/aws/lambda/checkout` and `/ecs/checkout` are checkout's; also of an ARN, or of `123456789012:/aws/lambda/checkout`. */
export function serviceOfLogGroup(group: string): string {
  const name = group.replace(/^arn:.*?:log-group:/, '').replace(/^\d+:/, '');
  const match = NAMED_BEFORE.exec(name);
  return match?.[1] ?? match?.[2] ?? name.split('/').findLast((part) => part !== '') ?? name;
}
