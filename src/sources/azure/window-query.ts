/**
 * Tables that most workspaces have, brought to the same four columns: of columns that share a name but not a type, a
 * union would make two. Tables that a workspace has not are left out by `isfuzzy`.
 */
const DEFAULT_QUERY = `union isfuzzy=true
(AppTraces | project TimeGenerated, Message, Level = tostring(dynamic(["trace","info","warn","error","fatal"])[SeverityLevel]), Service = AppRoleName),
(ContainerLogV2 | project TimeGenerated, Message = tostring(LogMessage), Level = LogLevel, Service = ContainerName),
(Syslog | project TimeGenerated, Message = SyslogMessage, Level = SeverityLevel, Service = ProcessName)`;

/** The newest `limit` rows of startMs <= TimeGenerated < endMs that a query gives, newest first. */
export function windowQuery(query: string | undefined, startMs: number, endMs: number, limit: number): string {
  // A statement that is ended takes no more operators.
  const own = (query ?? DEFAULT_QUERY).trim().replace(/[;\s]+$/, '');
  return [
    own,
    // On lines of their own: the user's last one may end with a comment.
    `| where TimeGenerated >= datetime(${iso(startMs)}) and TimeGenerated < datetime(${iso(endMs)})`,
    `| top ${limit} by TimeGenerated desc`,
  ].join('\n');
}

/** The same window as the API's own parameter, by which tables are cut before the query runs. */
export function timespan(startMs: number, endMs: number): string {
  return `${iso(startMs)}/${iso(endMs)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
