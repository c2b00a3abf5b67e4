export interface KeyedOptions {
  /** Templates kept; beyond it the least recently used one goes. */
  maxTemplates: number;
  /** Remember lines by their shape, true. Never changes a result. */
  lineCache?: boolean;
  /** Lines of a service that has all its templates make new ones at a bounded rate, see `NewTemplates`; false. */
  limitsNew?: boolean;
}
