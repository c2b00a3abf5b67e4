import type { ShapeTable } from './shape-table.ts';
import { mayVary, variableWeight, weightOf } from './siblings.ts';
import type { Siblings } from './siblings.ts';

interface SiblingWeights {
  /** Of all that share one entry, and that entry. */
  heaviest: number;
  entry: number;
  /** The entries that each have a sibling, where there are several. */
  several: readonly number[];
}

const NONE: readonly number[] = [];

/** What those weigh that share one of a template's `entries`, which are among the siblings. */
export function weighSiblings(siblings: Siblings, shapes: ShapeTable, entries: Int32Array): SiblingWeights {
  let heaviest = 0;
  let entry = 0;
  const several: number[] = [];
  for (const own of entries) {
    const weight = siblings.weightAt(own) + (shapes.mayHave(own) ? variableWeight(own) : 0);
    if (mayVary(own) && weight > weightOf(own)) several.push(own);
    if (weight <= heaviest) continue;
    heaviest = weight;
    entry = own;
  }
  return { heaviest, entry, several: several.length > 1 ? several : NONE };
}
