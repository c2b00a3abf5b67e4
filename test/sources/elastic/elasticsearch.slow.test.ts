import { ELASTICSEARCH } from '../../../src/sources/elastic/options.ts';
import { pullElasticsearch } from '../../../src/sources/elastic/pull-elastic.ts';
import { usePart } from '../../parts/part.ts';
import { describeElastic } from './describe-elastic.ts';

describeElastic({
  declaration: ELASTICSEARCH,
  pull: pullElasticsearch,
  name: 'elasticsearch',
  title: 'Elasticsearch 7.17.28',
  part: await usePart('elasticsearch'),
});
