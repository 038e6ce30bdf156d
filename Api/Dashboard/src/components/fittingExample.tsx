import { useEffect, useRef, useState } from 'preact/hooks';
import { type Fit, fittingOf, placement } from '../logic/fitting';

const ways: readonly [Fit, string][] = [
  ['squash', 'Squash'],
  ['crop', 'Crop'],
  ['pad', 'Pad'],
];

/** What the network sees of a picture, by each way to bring it to size. */
export function FittingExample({
  sample,
  size,
  resize,
  background,
}: {
  sample: Blob | undefined;
  size: number;
  resize: Fit | 'false';
  background: string;
}) {
  const { picture, own } = usePicture(sample);
  if (!picture) return null;
  return (
    <div class="stack">
      <p class="quiet">
        This is what the network sees
        {own ? ' of your first picture.' : '; the example is drawn, as the page does not look into archives.'}
      </p>
      <div class="row">
        {ways.map(([way, words]) => (
          <figure key={way} class={`example ${way === resize ? 'taken' : ''}`}>
            <Fitted picture={picture} fit={way} size={size} background={background} />
            <figcaption>
              {words}
              {way === resize && <span class="unseen"> (chosen)</span>}
            </figcaption>
          </figure>
        ))}
      </div>
    </div>
  );
}

type Drawable = ImageBitmap | HTMLCanvasElement;

function Fitted({ picture, fit, size, background }: { picture: Drawable; fit: Fit; size: number; background: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (!pen) return;
    const { from, to } = placement(picture.width, picture.height, fittingOf(undefined, fit), size);
    pen.fillStyle = background;
    pen.fillRect(0, 0, size, size);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
  }, [picture, fit, size, background]);
  return <canvas ref={canvas} class="pixels" width={size} height={size} role="img" aria-label={`Example of ${fit}`} />;
}

// The sample, or a drawing where there is none that the browser reads.
function usePicture(sample: Blob | undefined): { picture: Drawable | undefined; own: boolean } {
  const [loaded, setLoaded] = useState<{ picture: Drawable; own: boolean }>();
  useEffect(() => {
    let over = false;
    const show = (picture: Drawable, own: boolean) => {
      if (!over) setLoaded({ picture, own });
    };
    if (sample)
      createImageBitmap(sample).then(
        bitmap => show(bitmap, true),
        () => show(drawn(), false),
      );
    else show(drawn(), false);
    return () => {
      over = true;
    };
  }, [sample]);
  return loaded ?? { picture: undefined, own: false };
}

// A sun, a house and a tree, in a picture half as high as wide.
function drawn(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 160];
  const pen = canvas.getContext('2d');
  if (!pen) return canvas;
  const box = (color: string, x: number, y: number, width: number, height: number) => {
    pen.fillStyle = color;
    pen.fillRect(x, y, width, height);
  };
  const disc = (color: string, x: number, y: number, radius: number) => {
    pen.fillStyle = color;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  box('#9fd3f5', 0, 0, 320, 110);
  box('#6aa84f', 0, 110, 320, 50);
  disc('#f7c948', 40, 36, 24);
  box('#b3261e', 120, 60, 80, 70);
  box('#f6f7f9', 150, 90, 22, 40);
  box('#6b4a2b', 272, 80, 14, 55);
  disc('#2f6b2f', 279, 64, 30);
  return canvas;
}
