import { toPixels } from './viewport.ts';
import type { Viewport } from './viewport.ts';

export interface ScatterPoint {
  /** Unique among the points. */
  key: string;
  /** 0 to 100. */
  x: number;
  y: number;
  /** Diameter, as the API gives it: 8 to 50. */
  size: number;
  /** The diameter that it had before, 0 where it was not there; drawn as a ring around or in the point. */
  sizeBefore?: number;
  color: string;
  label: string;
}

/** Points that are drawn, with the radius and the pixels that they have then. */
export interface DrawnPoint {
  point: ScatterPoint;
  x: number;
  y: number;
  radius: number;
  radiusBefore: number;
}

/** Those in view, in the order of the points. Of very many, each is drawn smaller. */
export function placePoints(
  points: readonly ScatterPoint[],
  view: Viewport,
  width: number,
  height: number,
): DrawnPoint[] {
  const shrink =
    Math.max(0.3, Math.min(1, Math.sqrt(400 / Math.max(1, points.length)))) * Math.min(2, view.scale ** 0.25);
  const drawn: DrawnPoint[] = [];
  for (const point of points) {
    const [x, y] = toPixels(view, point.x, point.y);
    const radius = Math.max(2, (point.size / 2) * shrink);
    const radiusBefore = ((point.sizeBefore ?? 0) / 2) * shrink;
    const reach = Math.max(radius, radiusBefore);
    if (x < -reach || y < -reach || x > width + reach || y > height + reach) continue;
    drawn.push({ point, x, y, radius, radiusBefore });
  }
  return drawn;
}

/** Radii are drawn in steps of half a pixel, so that thousands of points share a few pictures. */
const RADIUS_STEP = 0.5;

/** Each picture of a disc is painted once and stamped wherever a point has it, which costs far less than as many paths. */
export function drawPoints(context: CanvasRenderingContext2D, drawn: readonly DrawnPoint[], halo: string): void {
  const byColour = Map.groupBy(drawn, ({ point }) => point.color);
  for (const [colour, group] of byColour) {
    const byRadius = Map.groupBy(group, ({ radius }) => Math.round(radius / RADIUS_STEP) * RADIUS_STEP);
    for (const [radius, alike] of byRadius) stampDiscs(context, alike, paintDisc(radius, colour, halo));
    drawRings(context, group, colour);
  }
}

interface Disc {
  picture: OffscreenCanvas;
  /** Pixels of the page from its edge to the middle. */
  reach: number;
}

function paintDisc(radius: number, colour: string, halo: string): Disc {
  const reach = radius + 1;
  const size = Math.ceil(2 * reach * devicePixelRatio);
  const picture = new OffscreenCanvas(size, size);
  const context = picture.getContext('2d');
  if (context === null) return { picture, reach };
  context.scale(devicePixelRatio, devicePixelRatio);
  context.beginPath();
  context.arc(reach, reach, radius, 0, 2 * Math.PI);
  context.globalAlpha = 0.62;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.strokeStyle = halo;
  context.stroke();
  return { picture, reach };
}

function stampDiscs(context: CanvasRenderingContext2D, points: readonly DrawnPoint[], { picture, reach }: Disc): void {
  const onPage = picture.width / devicePixelRatio;
  const whole = (value: number) => Math.round(value * devicePixelRatio) / devicePixelRatio;
  for (const { x, y } of points) context.drawImage(picture, whole(x - reach), whole(y - reach), onPage, onPage);
}

/** How large the points were. */
function drawRings(context: CanvasRenderingContext2D, group: readonly DrawnPoint[], colour: string): void {
  context.beginPath();
  for (const { x, y, radiusBefore } of group) {
    if (radiusBefore === 0) continue;
    context.moveTo(x + radiusBefore, y);
    context.arc(x, y, radiusBefore, 0, 2 * Math.PI);
  }
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
}

/** The topmost point at a pixel; small ones are easier to hit than they look. */
export function pointAt(drawn: readonly DrawnPoint[], x: number, y: number): DrawnPoint | undefined {
  let found: DrawnPoint | undefined;
  let least = Infinity;
  for (const one of drawn) {
    const distance = Math.hypot(one.x - x, one.y - y) - Math.max(one.radius, 6);
    if (distance > 0 || distance > least) continue;
    least = distance;
    found = one;
  }
  return found;
}
