/** One value that a source is configured by: `key` in a request's credentials, `variable` in the environment. */
export interface SourceOption {
  key: string;
  variable: string;
  /** What it is, for the page of settings and for `/sources`. */
  description: string;
  /** The source is not configured without it. */
  required?: boolean;
  /** Never shown: not in an answer, an error, a log line, a metric or a URL. */
  secret?: boolean;
  /**
   * Decides where requests go. A request that sets one gets none of the environment's secrets of this source, which
   * could otherwise be sent anywhere; and the host is held against the lists of allowed and denied ones.
   */
  destination?: boolean;
  /** `url`: http or https, without user and password in it. `flag`: true or false. `text` when absent. */
  kind?: 'text' | 'url' | 'flag';
  /** The only values there are. */
  values?: readonly string[];
  /** What a text has to match as a whole, and how to say so. */
  pattern?: { source: string; allowed: string };
}

/** What a source says of itself: data only, as it is read before anything is pulled. */
export interface SourceDeclaration {
  name: string;
  /** As its vendor writes it. */
  title: string;
  /** One line for `/sources`. */
  description: string;
  options: readonly SourceOption[];
  /** What to look at when it refuses the credentials, as the end of a sentence: "the key needs the right to ...". */
  checks?: string;
  /** Whether `MAX_ROWS` bounds a window of it. */
  isLimited: boolean;
  /** Counting may happen in the store itself; the limit does not hold then. */
  pushdown?: boolean;
}
