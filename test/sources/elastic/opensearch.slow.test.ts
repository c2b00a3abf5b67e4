import { OPENSEARCH } from '../../../src/sources/elastic/options.ts';
import { pullOpenSearch } from '../../../src/sources/elastic/pull-elastic.ts';
import { usePart } from '../../parts/part.ts';
import { describeElastic } from './describe-elastic.ts';

describeElastic({
  declaration: OPENSEARCH,
  pull: pullOpenSearch,
  name: 'opensearch',
  title: 'OpenSearch 3.8.0',
  part: await usePart('opensearch'),
});
