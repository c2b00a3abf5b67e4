import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava } from './find-java.ts';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

/** Versions of Java that run a node. */
export const OPENSEARCH_JAVA = [21, 99] as const;
export const OPENSEARCH_2_JAVA = [17, 21] as const;
export const ELASTICSEARCH_JAVA = [17, 21] as const;

/** The classes are ours: a node in one process, without the scripts and the settings of an installation. */
export const OPENSEARCH_NODE: Recipe = {
  title: 'OpenSearch',
  version: '3.8.0',
  binary: 'classes/OpenSearchNode.class',
  cost: 'half a minute, 71 MB',
  install: (out) => build(out, 'opensearch', 'opensearch-node.java', ['opensearch.runner=3.8.0.0'], OPENSEARCH_JAVA),
};

export const OPENSEARCH_2_NODE: Recipe = {
  title: 'OpenSearch 2',
  version: '2.19.1',
  binary: 'classes/OpenSearch2Node.class',
  cost: 'half a minute, 53 MB',
  install: (out) =>
    build(out, 'opensearch', 'opensearch2-node.java', ['opensearch.runner=2.19.1.0'], OPENSEARCH_2_JAVA),
};

export const ELASTICSEARCH_NODE: Recipe = {
  title: 'Elasticsearch',
  version: '7.17.28',
  binary: 'classes/ElasticsearchNode.class',
  cost: 'half a minute, 32 MB',
  install: (out) =>
    build(out, 'elasticsearch', 'elasticsearch-node.java', ['elasticsearch=7.17.28'], ELASTICSEARCH_JAVA),
};

async function build(
  out: string,
  folder: string,
  source: string,
  properties: readonly string[],
  [least, most]: readonly [number, number],
): Promise<void> {
  const java = await findJava(least, most);
  const recipe = fileURLToPath(new URL(`${folder}/`, import.meta.url));
  const lib = join(out, 'lib');
  const classes = join(out, 'classes');
  await mkdir(classes);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
  const versions = properties.map((property) => `-D${property}`);
  await runCommand('mvn', ['-q', '-B', '-f', join(recipe, 'pom.xml'), ...goal, ...versions]);
  await runCommand(join(java, 'bin/javac'), ['-nowarn', '-cp', `${lib}/*`, '-d', classes, join(recipe, source)]);
}
