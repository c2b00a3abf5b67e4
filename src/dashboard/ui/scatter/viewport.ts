/** What part of the plane, which is 100 by 100, is seen and how large. Pixels grow to the right and downwards. */
export interface Viewport {
  /** Pixels a unit, in either direction, at scale 1 multiplied by the scale. */
  unitX: number;
  unitY: number;
  /** Pixels of the plane's origin, which is at the lower left. */
  originX: number;
  originY: number;
  scale: number;
}

const SCALE_MAX = 200;
/** Around the plane, so that a point at its edge is seen whole. */
export const MARGIN_PX = 16;

/** The whole plane. */
export function wholeOf(width: number, height: number): Viewport {
  const [unitX, unitY] = [width, height].map((pixels) => Math.max(1, pixels - 2 * MARGIN_PX) / 100) as [number, number];
  return { unitX, unitY, originX: MARGIN_PX, originY: height - MARGIN_PX, scale: 1 };
}

export function toPixels(view: Viewport, x: number, y: number): [number, number] {
  return [view.originX + x * view.unitX, view.originY - y * view.unitY];
}

/** Larger or smaller around a pixel, which stays where it is; never smaller than the whole. */
export function zoomed(view: Viewport, factor: number, atX: number, atY: number): Viewport {
  const scale = Math.min(SCALE_MAX, Math.max(1, view.scale * factor));
  const by = scale / view.scale;
  return clamped({
    unitX: view.unitX * by,
    unitY: view.unitY * by,
    originX: atX + (view.originX - atX) * by,
    originY: atY + (view.originY - atY) * by,
    scale,
  });
}

export function moved(view: Viewport, byX: number, byY: number): Viewport {
  return clamped({ ...view, originX: view.originX + byX, originY: view.originY + byY });
}

/** The plane always covers the picture, up to its margin. */
function clamped(view: Viewport): Viewport {
  const width = (view.unitX * 100) / view.scale;
  const height = (view.unitY * 100) / view.scale;
  return {
    ...view,
    originX: MARGIN_PX + Math.min(0, Math.max(width - view.unitX * 100, view.originX - MARGIN_PX)),
    originY: MARGIN_PX + Math.max(height, Math.min(view.unitY * 100, view.originY - MARGIN_PX)),
  };
}
