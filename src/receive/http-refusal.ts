import { ExportError } from './export-error.ts';
import type { ExportErrorCode } from './export-error.ts';

/** A refusal whose HTTP status says more than its code: 404, 405, 408, 415. */
export class HttpRefusal extends ExportError {
  readonly httpStatus: number;

  constructor(httpStatus: number, code: ExportErrorCode, message: string) {
    super(code, message);
    this.httpStatus = httpStatus;
  }
}
