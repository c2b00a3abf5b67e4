import type { SourceDeclaration, SourceOption } from '../declaration.ts';

/** Where shippers and the Collector's exporters put logs unless told otherwise. What matches nothing is left out. */
export const INDEX_DEFAULT = 'logs-*,filebeat-*,logstash-*,ss4o_logs-*';

const FIELD = '(timestamp|message|level|service)\\s*=\\s*[^\\s,=]+';

function optionsOf(prefix: string, apiKey: string): readonly SourceOption[] {
  return [
    {
      key: 'url',
      variable: `${prefix}_URL`,
      required: true,
      destination: true,
      kind: 'url',
      description: 'Address of a node or of what stands before the cluster, like https://search.example.com:9200',
    },
    { key: 'api_key', variable: `${prefix}_API_KEY`, secret: true, description: apiKey },
    {
      key: 'bearer_token',
      variable: `${prefix}_BEARER_TOKEN`,
      secret: true,
      description: 'Token that is sent as Authorization: Bearer',
    },
    { key: 'user', variable: `${prefix}_USER`, description: 'User name, for basic authentication' },
    { key: 'password', variable: `${prefix}_PASSWORD`, secret: true, description: 'Password of the user' },
    {
      key: 'index',
      variable: `${prefix}_INDEX`,
      description: `Indices, data streams, aliases or patterns of them, after a comma each; ${INDEX_DEFAULT} when absent`,
      pattern: { source: '[^\\s"\\\\?#|]+', allowed: 'names or patterns with a comma between them, without spaces' },
    },
    {
      key: 'query',
      variable: `${prefix}_QUERY`,
      description: 'What rows have to match: a Lucene query string, or an object of the JSON query language',
    },
    {
      key: 'fields',
      variable: `${prefix}_FIELDS`,
      description:
        'Fields of the rows where they are not recognised, like timestamp=ts,message=text,level=lvl,service=app',
      pattern: {
        source: `\\s*${FIELD}(\\s*,\\s*${FIELD})*\\s*`,
        allowed: 'a list like timestamp=ts,message=text,level=lvl,service=app, of which each may be left out',
      },
    },
  ];
}

export const ELASTICSEARCH: SourceDeclaration = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  description: 'Log documents of Elasticsearch: ECS, OpenTelemetry or fields of your own',
  isLimited: true,
  checks: 'they need the index privilege read on every index that is named',
  options: optionsOf('ELASTICSEARCH', 'API key, encoded as Elasticsearch shows it or as id:key'),
};

export const OPENSEARCH: SourceDeclaration = {
  name: 'opensearch',
  title: 'OpenSearch',
  description: 'Log documents of OpenSearch: OpenTelemetry, ECS or fields of your own',
  isLimited: true,
  checks: 'they need indices:data/read/* on every index that is named',
  options: optionsOf('OPENSEARCH', 'API key, sent as Authorization: ApiKey'),
};
