import { OPENSEARCH } from '../../../src/sources/elastic/options.ts';
import { pullOpenSearch } from '../../../src/sources/elastic/pull-elastic.ts';
import { usePart } from '../../parts/part.ts';
import { describeElastic } from './describe-elastic.ts';

describeElastic({
  declaration: OPENSEARCH,
  pull: pullOpenSearch,
  name: 'opensearch-2',
  title: 'OpenSearch 2.19.1',
  pagingOnly: true,
  part: await usePart('opensearch-2'),
});
