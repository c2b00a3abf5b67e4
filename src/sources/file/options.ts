import type { SourceDeclaration } from '../declaration.ts';

export const FILE: SourceDeclaration = {
  name: 'file',
  title: 'File',
  description: 'A file of log lines: JSON, CSV or text; plain, gzip or zstd',
  isLimited: false,
  options: [
    { key: 'path', variable: 'FILE_PATH', required: true, description: 'File of log lines' },
    {
      key: 'format',
      variable: 'FILE_FORMAT',
      values: ['auto', 'json', 'csv', 'text'],
      description: 'How the file is written; auto looks at its head',
    },
    { key: 'service', variable: 'FILE_SERVICE', description: 'Service of rows that name none' },
  ],
};
