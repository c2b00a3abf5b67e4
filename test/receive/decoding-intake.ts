import { DecodeError } from '../../src/decode/decode-error.ts';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { RecordColumns } from '../../src/decode/record-columns.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { ExportError } from '../../src/receive/export-error.ts';
import type { IntakeResult, LogIntake } from '../../src/receive/log-intake.ts';

/** Decodes every record with the real decoder, and scores none. */
export function decodingIntake(): LogIntake {
  const names = new ServiceNames({ attributes: ['service.name'], shards: 1 });
  const routes = new RequestRoutes();
  const columns = new RecordColumns();
  return {
    async accept(bytes): Promise<IntakeResult> {
      try {
        routeRequest(bytes, names, routes);
        columns.begin(bytes);
        for (let at = 0; at < routes.count; at++) columns.append(routes.start[at] as number, routes.end[at] as number);
        return { records: columns.count, rejected: 0, message: '' };
      } catch (error) {
        if (error instanceof DecodeError) throw new ExportError('invalid_argument', error.message, { cause: error });
        throw error;
      } finally {
        columns.release();
      }
    },
  };
}
