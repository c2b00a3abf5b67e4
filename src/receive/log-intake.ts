/** Where receivers hand an export request to; the live router implements it. */
export interface LogIntake {
  /**
   * Scores every log record of one encoded `ExportLogsServiceRequest`.
   *
   * Takes ownership of `bytes`: its memory may move to another thread. Resolves once all records are scored.
   * Rejects with an `ExportError`: `invalid_argument` for bytes that are not the message, `unavailable` under overload
   * or shutdown. Nothing has been learnt from a request that is rejected as overload.
   */
  accept(bytes: Uint8Array): Promise<IntakeResult>;
}

export interface IntakeResult {
  /** Log records scored. */
  records: number;
  /** Log records refused for good; the sender must not retry them. */
  rejected: number;
  /** English, for the sender's operator; empty when there is nothing to say. */
  message: string;
}
