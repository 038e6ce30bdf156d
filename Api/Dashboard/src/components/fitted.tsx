import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fitting } from '../api/types';
import { placement, toGrey } from '../logic/fitting';

/** A picture brought to the size that the network gets, as the browser renders it. */
export function Fitted({
  picture,
  size,
  fitting,
  isGrey,
}: {
  picture: Blob;
  size: number;
  fitting: Fitting;
  isGrey: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let over = false;
    createImageBitmap(picture).then(
      bitmap => {
        if (over || !canvas.current) return;
        setFailed(false);
        draw(canvas.current, bitmap, size, fitting, isGrey);
        bitmap.close();
      },
      () => !over && setFailed(true),
    );
    return () => {
      over = true;
    };
  }, [picture, size, fitting.resize, fitting.background, fitting.border, isGrey]);
  return (
    <>
      <canvas
        ref={canvas}
        class="pixels shown"
        width={size}
        height={size}
        role="img"
        aria-label={`The picture in ${size} by ${size} pixels`}
        hidden={failed}
      />
      {failed && <p class="quiet">This browser cannot show it.</p>}
    </>
  );
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap, size: number, fitting: Fitting, isGrey: boolean): void {
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const { from, to } = placement(bitmap.width, bitmap.height, fitting, size);
  const border = bitmap.width === size && bitmap.height === size ? 0 : (fitting.border ?? 0);
  context.fillStyle = '#000000';
  context.fillRect(0, 0, size, size);
  context.fillStyle = fitting.background ?? '#000000';
  context.fillRect(border, border, size - 2 * border, size - 2 * border);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
  if (!isGrey) return;
  const pixels = context.getImageData(0, 0, size, size);
  toGrey(pixels.data);
  context.putImageData(pixels, 0, 0);
}
