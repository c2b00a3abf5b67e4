import type { SourceClient } from '../http/source-client.ts';

const CALL = 'Retrieve a Project';

/** The number of a project that is known by its slug. */
export async function readProjectId(
  client: SourceClient,
  base: URL,
  { org, project, token }: { org: string; project: string; token: string },
): Promise<string> {
  const url = new URL(`projects/${encodeURIComponent(org)}/${encodeURIComponent(project)}/`, base);
  const answer = await client.json({ call: CALL, url, headers: { authorization: `Bearer ${token}` } });
  const id: unknown = typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined;
  if ((typeof id === 'string' || typeof id === 'number') && /^\d{1,20}$/.test(String(id))) return String(id);
  throw client.error('malformed_answer', CALL, "its answer names no project: check that SENTRY_URL is Sentry's");
}
