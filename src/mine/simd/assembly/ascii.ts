// Bytes by their names.

export const NEWLINE: u8 = 0x0a;
export const BLANK: u8 = 0x20;
export const QUOTE: u8 = 0x22;
export const HASH_SIGN: u8 = 0x23;
export const PLUS: u8 = 0x2b;
export const COMMA: u8 = 0x2c;
export const DASH: u8 = 0x2d;
export const FULL_STOP: u8 = 0x2e;
export const SLASH: u8 = 0x2f;
export const COLON: u8 = 0x3a;
export const EQUALS: u8 = 0x3d;
export const AT_SIGN: u8 = 0x40;
export const OPENING_BRACKET: u8 = 0x5b;
export const OPENING: u8 = 0x7b;
export const CLOSING: u8 = 0x7d;
