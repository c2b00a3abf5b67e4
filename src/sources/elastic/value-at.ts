export type Fields = Record<string, unknown>;

/**
 * What a document holds at a path such as `log.level`, whichever of its dots are nesting and whichever are part of a
 * name: `{ log: { level } }`, `{ 'log.level': ... }` and every mix of the two are the same to the store. Of an array of
 * objects, the first that has it. Undefined where there is nothing or null.
 */
export function valueAt(fields: Fields, path: string): unknown {
  const whole = own(fields, path);
  if (whole !== undefined) return whole;
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = own(fields, path.slice(0, dot));
    if (inner === undefined) continue;
    for (const one of Array.isArray(inner) ? (inner as unknown[]) : [inner]) {
      const found = isFields(one) ? valueAt(one, path.slice(dot + 1)) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}
