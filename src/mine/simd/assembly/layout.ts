// Where everything stands in the module's memory. Read by both compilers: whole numbers, nothing else.

/** Longer lines, which may have more tokens than there is room for, are left to the scanners in TypeScript. */
export const LINE_BYTES_MAX = 2046;
/** Instead of a place: the line is not for the module. */
export const NOT_MASKED = -2;

/** Longer lines have no shape. */
export const SHAPED_BYTES_MAX = 1024;

/** Rows of the byte sets (see `byte-sets.ts`), sixteen bytes each. */
export const SET_ROWS = 64;
/** What each byte is to the masks of the reference profile: `BYTE_CLASS`, four bytes each. */
export const BYTE_CLASSES = 512;

/** A bit a byte of the line, for each set; the eight bytes before a map say that the line begins there. */
export const MAP_BYTES = 288;
export const MAPS = 2048;
/** The line, at the same place in a word of four bytes as where it came from. */
export const LINE = 8192;
/** The line's shape, or what else it is known by; masks lengthen a token threefold at the most. */
export const KEY = 12544;
/** The masked line where it is not its key. */
export const TEXT = 20480;

/** Of each token: where it begins and ends, and its hash. */
export const TOKENS_MAX = 1024;
export const TOKEN_STARTS = 32768;
export const TOKEN_ENDS = 36864;
export const TOKEN_HASHES = 40960;

/** Runs of word characters in a token; see `masks.ts`. */
export const RUN_STARTS = 45056;
export const RUN_ENDS = 53248;
export const RUN_KINDS = 61440;
export const RUN_MASKS = 65536;
export const MATCH_STARTS = 69632;
export const MATCH_ENDS = 77824;

/** A token that a filter is to know; longer ones are in no line that is masked here. */
export const TOKEN = 90112;
export const TOKEN_BYTES_MAX = 8192;

/** Lines that are remembered, longer ones are rarely said again: sets of four, 32 numbers a set, 256 bytes a line. */
export const REMEMBERED_SETS = 4096;
export const REMEMBERED_WAYS = 4;
export const REMEMBERED_BYTES_MAX = 256;
export const REMEMBERED_NUMBERS = 131072;
export const REMEMBERED_BYTES = 655360;
/** Bloom filters of the tokens with digits that a miner knows: 2 KiB each, a bit a token. */
export const FILTERS = 4849664;
export const FILTERS_MAX = 128;
export const FILTER_BYTES = 2048;
/** Pages of 64 KiB, all there from the start and never more. */
export const MEMORY_PAGES = 78;
