// Where everything stands in the module's memory, behind what the line scanners of `mine` have there. Read by both
// compilers: whole numbers, nothing else.

/** `MEMORY_PAGES` of `mine/simd/assembly/layout.ts`, in bytes. */
const BASE = 4849664;

/** What is told between the module and its caller: whole numbers, then numbers of 64 bits (`F64`). */
export const STATE = BASE;
/** Where the taking of records stopped. */
export const NEXT = 0;
/** Records taken. */
export const LINES = 4;
/** Of the row, or of the field, that the caller has to look at. */
export const FROM = 8;
export const TO = 12;
export const GROUP = 16;
export const SERVICE = 20;
export const LEVEL = 24;
/** Set by the caller: service of records that name none; whether a weak hint may name it. */
export const DEFAULT_SERVICE = 28;
export const HINTS = 32;
/** Whether a row came from outside the bounds, so that nothing is counted any more but rows and times. */
export const IS_OUTSIDE = 36;
export const TIME = 64;
export const ROWS = 72;
export const MIN_MS = 80;
export const MAX_MS = 88;
/** Set by the caller: the window that is asked for, `[WINDOW_START, WINDOW_END)`. */
export const WINDOW_START = 96;
export const WINDOW_END = 104;
/** Set by the caller: times of the first and the last row, and the width of a bucket. */
export const FIRST_MS = 112;
export const LAST_MS = 120;
export const WIDTH_MS = 128;
/** Records that were taken and are not in the window, and their first and last time; set back by the caller. */
export const ROWS_OUTSIDE = 136;
export const MIN_OUTSIDE_MS = 144;
export const MAX_OUTSIDE_MS = 152;

/** Why taking stopped. */
export const AT_END = 0;
/** The line is no plain record, or not whole: for the readers in TypeScript. */
export const NOT_PLAIN = 1;
export const NEW_SERVICE = 2;
export const NEW_LEVEL = 3;
/** No line like this is remembered: it has to be told which group the row is of. */
export const NEW_LINE = 4;
/** The row is counted, and one of the first of its group. */
export const SAMPLE = 5;

/** Level of a number, 0 to 69; {@link NO_LEVEL} for none. */
export const LEVEL_NUMBERS = BASE + 256;
export const LEVEL_NUMBERS_MAX = 70;
export const NO_LEVEL = 255;

/** What a record has of each kind of field: rank, spellings seen, begin, end, whether it is text. */
export const FIELD_RANKS = BASE + 384;
export const FIELD_SPELLINGS = BASE + 400;
export const FIELD_STARTS = BASE + 432;
export const FIELD_ENDS = BASE + 464;
export const FIELD_TEXTS = BASE + 496;

/** Kinds of field, in the order of `SPELLINGS_BY_KIND` of `sources/record/field-names.ts`. */
export const OF_TIME = 0;
export const OF_MESSAGE = 1;
export const OF_LEVEL = 2;
export const OF_SERVICE = 3;
export const OF_HINT = 4;
export const OF_SEVERITY_NUMBER = 5;
export const OF_CONTAINER = 6;

/** How the record before was written, a field each: the bytes before its value, which of them count, what it is. */
export const FIELDS = BASE + 1024;
export const FIELDS_MAX = 48;
export const LEAD_BYTES_MAX = 64;
export const LEAD_MASK = 64;
export const LEAD_LENGTH = 128;
export const LEAD_KEY = 132;
export const FIELD_BYTES = 144;

/** Names of fields: open addressing by length, first and last byte. */
export const KEYS = BASE + 8192;
export const KEYS_SLOTS = 512;
export const KEY_BYTES = 32;
/** In a slot, behind the name, which has 28 bytes at the most: */
export const KEY_LENGTH = 28;
export const KEY_KIND = 29;
export const KEY_RANK = 30;
export const KEY_IS_LOG = 31;

/** Services and levels by their text, newer over older. */
export const SERVICE_NAMES = BASE + 32768;
export const LEVEL_NAMES = BASE + 131072;
export const NAMES_SLOTS = 1024;
export const NAME_BYTES = 80;
export const NAME_TEXT_MAX = 64;
export const NAME_LENGTH = 64;
export const NAME_VALUE = 68;

/** Groups: their rows, the time of the last, up to which time a row is one of the first, and rows a bucket. */
export const GROUPS = BASE + 262144;
export const GROUPS_MAX = 65536;
export const GROUP_BYTES = 288;
export const GROUP_ROWS = 0;
export const GROUP_LAST_MS = 8;
export const GROUP_SAMPLE_MS = 16;
export const GROUP_BUCKETS = 32;
export const BUCKETS = 64;

/** The stretch of the file that is looked at. */
export const STRETCH = GROUPS + GROUPS_MAX * GROUP_BYTES;
export const STRETCH_BYTES = 3145728;
/** A message that comes from elsewhere, of up to a megabyte. */
export const MESSAGE = STRETCH + STRETCH_BYTES + 65536;
export const MESSAGE_BYTES_MAX = 1048576;
/** Pages of 64 KiB; what is never written to takes no memory. */
export const PAGES = 433;
