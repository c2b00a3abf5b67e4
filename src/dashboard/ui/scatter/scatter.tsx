import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DrawnPoint, ScatterPoint } from './draw.ts';
import { ScatterCanvas } from './scatter-canvas.ts';
import './scatter.css';

interface ScatterProps {
  points: readonly ScatterPoint[];
  selected: string | undefined;
  label: string;
  onPick(key: string): void;
}

const STEP = 60;
const KEYS: Readonly<Record<string, (canvas: ScatterCanvas) => void>> = {
  '+': (canvas) => canvas.zoom(1.5),
  '=': (canvas) => canvas.zoom(1.5),
  '-': (canvas) => canvas.zoom(1 / 1.5),
  '0': (canvas) => canvas.reset(),
  ArrowLeft: (canvas) => canvas.move(STEP, 0),
  ArrowRight: (canvas) => canvas.move(-STEP, 0),
  ArrowUp: (canvas) => canvas.move(0, STEP),
  ArrowDown: (canvas) => canvas.move(0, -STEP),
};

/** Points on a plane to look at closely: wheel, pinch, drag, buttons or keys. What it shows stands in a table as well. */
export function Scatter({ points, selected, label, onPick }: ScatterProps): JSX.Element {
  const element = useRef<HTMLCanvasElement>(null);
  const canvas = useRef<ScatterCanvas>(undefined);
  const [hovered, setHovered] = useState<DrawnPoint>();
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    if (element.current === null) return;
    const made = new ScatterCanvas(element.current, { onHover: setHovered, onPick: (key) => pick.current(key) });
    canvas.current = made;
    return () => made.stop();
  }, []);
  useEffect(() => canvas.current?.show(points, selected), [points, selected]);
  const act = (action: (canvas: ScatterCanvas) => void) => () => canvas.current !== undefined && action(canvas.current);
  const onKeyDown = (event: KeyboardEvent) => {
    const action = KEYS[event.key];
    if (action === undefined || canvas.current === undefined) return;
    event.preventDefault();
    action(canvas.current);
  };
  const tip = useMemo(() => hovered?.point.label.slice(0, 300), [hovered]);
  return (
    <div class="scatter">
      <canvas
        ref={element}
        tabIndex={0}
        role="img"
        aria-label={`${label}. The table below has the same.`}
        onKeyDown={onKeyDown}
      />
      <div class="scatter-buttons">
        <button type="button" class="button" aria-label="Zoom in" onClick={act((one) => one.zoom(1.5))}>
          +
        </button>
        <button type="button" class="button" aria-label="Zoom out" onClick={act((one) => one.zoom(1 / 1.5))}>
          −
        </button>
        <button type="button" class="button" aria-label="Show all" onClick={act((one) => one.reset())}>
          ⤢
        </button>
      </div>
      {hovered !== undefined && (
        <div class="scatter-tip mono wrap" style={placeOfTip(hovered, element.current)}>
          {tip}
        </div>
      )}
    </div>
  );
}

const TIP_GAP_PX = 6;

/** Beside the point, on the sides where the picture has room. */
function placeOfTip({ x, y, radius }: DrawnPoint, canvas: HTMLCanvasElement | null): Record<string, string> {
  const { clientWidth: width = 0, clientHeight: height = 0 } = canvas ?? {};
  const away = radius + TIP_GAP_PX;
  return {
    ...(x > width / 2 ? { right: `${Math.max(0, width - x - radius)}px` } : { left: `${Math.max(0, x - radius)}px` }),
    ...(y > height / 2 ? { bottom: `${height - y + away}px` } : { top: `${y + away}px` }),
  };
}
