import type { Pull, PullContext, PullRequest } from '../pull/pull.ts';
import { openAwsAccount } from './aws-account.ts';
import { pullLogEvents } from './filter-log-events.ts';
import { parseLogGroups } from './log-groups.ts';
import { createLogsApi } from './logs-api.ts';
import { pullInsights } from './pull-insights.ts';

/** Events of one or many log groups, or the lines that a Logs Insights query leaves of them. */
export const pullCloudWatch: Pull = async (request: PullRequest, context: PullContext) => {
  const { values } = request;
  const groups = parseLogGroups(values.get('log_group') ?? '');
  if (groups.length === 0)
    throw context.client.error('configuration', 'FilterLogEvents', 'CW_LOG_GROUP names no group');
  const query = values.get('query');
  const selection = { streams: values.get('log_stream'), pattern: values.get('filter_pattern') };
  if (query !== undefined && (selection.streams !== undefined || selection.pattern !== undefined)) {
    const sentence =
      'with CW_QUERY, streams and patterns are told in the query (filter @logStream = "..."): leave out CW_LOG_STREAM and CW_FILTER_PATTERN';
    throw context.client.error('configuration', 'StartQuery', sentence);
  }
  const api = createLogsApi(await openAwsAccount(request, context), context);
  await (query === undefined
    ? pullLogEvents(api, groups, selection, context)
    : pullInsights(api, groups, query, context));
};
