/** What a message found. */
export interface Recallable {
  /** What was remembered of it counts while this is the same; negative once it is gone. */
  readonly recallVersion: number;
}

/** What is remembered of the message that was found last. */
export const remembered = { tokenCount: 0, charCount: 0 };
