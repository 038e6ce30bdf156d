import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client';

/**
 * A picture of the service, loaded when it comes into view; with the key, which an `img` alone cannot send.
 */
export function Picture({
  path,
  alt,
  width,
  height,
  pixelated = true,
}: {
  path: string;
  alt: string;
  width: number;
  height: number;
  pixelated?: boolean;
}) {
  const image = useRef<HTMLImageElement>(null);
  const [source, setSource] = useState<string>();
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && setSeen(true), {
      rootMargin: '200px',
    });
    watcher.observe(image.current as HTMLImageElement);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (!seen) return;
    const abort = new AbortController();
    let url: string | undefined;
    ask(path, { signal: abort.signal })
      .then(answer => answer.blob())
      .then(blob => {
        if (abort.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setSource(url);
      })
      .catch(() => {});
    return () => {
      abort.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [path, seen]);
  return (
    <img ref={image} class={pixelated ? 'pixels' : undefined} src={source} alt={alt} width={width} height={height} />
  );
}
