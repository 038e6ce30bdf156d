import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../components/basics';

const side = 280;
const penWidth = 22;
const pauseMilliseconds = 300;

/**
 * A place to draw with mouse, pen or finger.
 *
 * @param size - The height and width in pixels of the picture that is made of it.
 * @param isDark - Whether it is drawn white on black, as the pictures of the dataset are; otherwise black on white.
 * @param onDrawn - Called a moment after each stroke, and with nothing when it was cleared.
 */
export function Drawing({
  size,
  isDark,
  onDrawn,
}: {
  size: number;
  isDark: boolean;
  onDrawn: (picture: Blob | undefined) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<[number, number]>(undefined);
  const waiting = useRef(0);
  const [ground, ink] = isDark ? ['#000000', '#ffffff'] : ['#ffffff', '#000000'];
  const clear = () => {
    const context = contextOf(canvas.current as HTMLCanvasElement);
    context.fillStyle = ground as string;
    context.fillRect(0, 0, side, side);
  };
  useEffect(() => {
    clear();
    return () => clearTimeout(waiting.current);
  }, [isDark]);
  const tell = () => {
    clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => {
      smaller(canvas.current as HTMLCanvasElement, size).toBlob(blob => blob && onDrawn(blob));
    }, pauseMilliseconds);
  };
  const draw = (event: PointerEvent) => {
    const before = last.current;
    if (!before) return;
    const element = event.currentTarget as HTMLCanvasElement;
    const context = contextOf(element);
    Object.assign(context, { lineCap: 'round', lineWidth: penWidth, strokeStyle: ink });
    context.beginPath();
    context.moveTo(...before);
    last.current = placeOf(event, element);
    context.lineTo(...last.current);
    context.stroke();
    tell();
  };
  return (
    <div class="stack drawing">
      <h3>Or draw</h3>
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label="A place to draw with mouse, pen or finger"
        onPointerDown={event => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          last.current = placeOf(event, event.currentTarget);
          draw(event);
        }}
        onPointerMove={draw}
        onPointerUp={() => {
          last.current = undefined;
        }}
        onPointerCancel={() => {
          last.current = undefined;
        }}
      />
      <div class="row">
        <Button
          onPress={() => {
            clearTimeout(waiting.current);
            clear();
            onDrawn(undefined);
          }}
        >
          Clear
        </Button>
      </div>
    </div>
  );
}

const contextOf = (canvas: HTMLCanvasElement) => canvas.getContext('2d') as CanvasRenderingContext2D;

// Where the pointer is, in the canvas's own pixels.
function placeOf(event: PointerEvent, canvas: HTMLCanvasElement): [number, number] {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * side) / box.width, ((event.clientY - box.top) * side) / box.height];
}

function smaller(canvas: HTMLCanvasElement, size: number): HTMLCanvasElement {
  const small = document.createElement('canvas');
  small.width = size;
  small.height = size;
  const context = contextOf(small);
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, size, size);
  return small;
}
