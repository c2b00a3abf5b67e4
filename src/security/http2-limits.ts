/** Streams that a connection may reset a second, once it has used up the burst that it has. */
export const RESETS_PER_SECOND = 33;
