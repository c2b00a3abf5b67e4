import { drawPoints, placePoints, pointAt } from './draw.ts';
import type { DrawnPoint, ScatterPoint } from './draw.ts';
import { moved, wholeOf, zoomed } from './viewport.ts';
import type { Viewport } from './viewport.ts';

export interface ScatterEvents {
  onHover(point: DrawnPoint | undefined): void;
  onPick(key: string): void;
}

/** A press that moves further is no click. */
const CLICK_PX = 4;

/** Draws points on a canvas, at most once a frame, and turns what hands do into views of it. */
export class ScatterCanvas {
  readonly #element: HTMLCanvasElement;
  readonly #events: ScatterEvents;
  readonly #listening = new AbortController();
  readonly #resizing: ResizeObserver;
  /** Fingers and buttons that are down, where they were last. */
  readonly #pressed = new Map<number, { x: number; y: number }>();
  #points: readonly ScatterPoint[] = [];
  #drawn: DrawnPoint[] = [];
  #selected: string | undefined;
  #view: Viewport;
  #width = 0;
  #height = 0;
  #travelled = 0;
  #frame: number | undefined;

  constructor(element: HTMLCanvasElement, events: ScatterEvents) {
    this.#element = element;
    this.#events = events;
    this.#view = wholeOf(1, 1);
    const { signal } = this.#listening;
    element.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false });
    element.addEventListener('pointerdown', (event) => this.#onDown(event), { signal });
    element.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    element.addEventListener('pointerup', (event) => this.#onUp(event), { signal });
    element.addEventListener('pointercancel', (event) => this.#pressed.delete(event.pointerId), { signal });
    element.addEventListener('pointerleave', () => events.onHover(undefined), { signal });
    addEventListener('themechange', () => this.#draw(), { signal });
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(element);
    this.#resize();
  }

  show(points: readonly ScatterPoint[], selected: string | undefined): void {
    this.#points = points;
    this.#selected = selected;
    this.#draw();
  }

  zoom(factor: number): void {
    this.#look(zoomed(this.#view, factor, this.#width / 2, this.#height / 2));
  }

  move(byX: number, byY: number): void {
    this.#look(moved(this.#view, byX, byY));
  }

  reset(): void {
    this.#look(wholeOf(this.#width, this.#height));
  }

  stop(): void {
    this.#listening.abort();
    this.#resizing.disconnect();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #look(view: Viewport): void {
    this.#view = view;
    this.#events.onHover(undefined);
    this.#draw();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#element;
    if (clientWidth === 0 || (clientWidth === this.#width && clientHeight === this.#height)) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#element.width = clientWidth * devicePixelRatio;
    this.#element.height = clientHeight * devicePixelRatio;
    this.#look(wholeOf(clientWidth, clientHeight));
  }

  #draw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const context = this.#element.getContext('2d');
    if (context === null) return;
    const styles = getComputedStyle(this.#element);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    this.#drawn = placePoints(this.#points, this.#view, this.#width, this.#height);
    drawPoints(context, this.#drawn, styles.getPropertyValue('--panel'));
    const chosen = this.#drawn.find(({ point }) => point.key === this.#selected);
    if (chosen === undefined) return;
    context.beginPath();
    context.arc(chosen.x, chosen.y, chosen.radius + 4, 0, 2 * Math.PI);
    context.lineWidth = 2.5;
    context.strokeStyle = styles.getPropertyValue('--text');
    context.stroke();
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y } = this.#placeOf(event);
    this.#look(zoomed(this.#view, Math.exp(-event.deltaY / 400), x, y));
  }

  #onDown(event: PointerEvent): void {
    this.#element.setPointerCapture(event.pointerId);
    this.#pressed.set(event.pointerId, this.#placeOf(event));
    if (this.#pressed.size === 1) this.#travelled = 0;
  }

  #onMove(event: PointerEvent): void {
    const now = this.#placeOf(event);
    const before = this.#pressed.get(event.pointerId);
    if (before === undefined) {
      const found = pointAt(this.#drawn, now.x, now.y);
      this.#element.classList.toggle('over-point', found !== undefined);
      this.#events.onHover(found);
      return;
    }
    this.#travelled += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...this.#pressed].find(([id]) => id !== event.pointerId)?.[1];
    this.#pressed.set(event.pointerId, now);
    if (other === undefined) this.#look(moved(this.#view, now.x - before.x, now.y - before.y));
    else {
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      this.#look(zoomed(this.#view, factor, (now.x + other.x) / 2, (now.y + other.y) / 2));
    }
  }

  #onUp(event: PointerEvent): void {
    this.#pressed.delete(event.pointerId);
    if (this.#travelled > CLICK_PX) return;
    const { x, y } = this.#placeOf(event);
    const found = pointAt(this.#drawn, x, y);
    if (found !== undefined) this.#events.onPick(found.point.key);
  }

  #placeOf(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
