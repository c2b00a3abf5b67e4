import type { SourceDeclaration } from '../declaration.ts';

export const FILE: SourceDeclaration = {
  name: 'file',
  title: 'File',
  description: 'Files of log lines: JSON, CSV or text; plain, gzip or zstd',
  isLimited: false,
  options: [
    {
      key: 'path',
      variable: 'FILE_PATH',
      required: true,
      destination: true,
      description: 'File of log lines, or a pattern of several: /var/log/shop/*.log',
    },
    {
      key: 'format',
      variable: 'FILE_FORMAT',
      values: ['auto', 'json', 'csv', 'text'],
      description: 'How the file is written; auto looks at its head',
    },
    { key: 'service', variable: 'FILE_SERVICE', description: 'Service of rows that name none' },
  ],
};
