import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client';
import { useLoaded } from './useLoaded';

const empty = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

/** The address of bytes that the page holds; undefined until it has one. */
export function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return setUrl(undefined);
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}

/** A picture of the service, asked for once there is a path, as an address that an `img` takes. */
export function usePictureUrl(path: string | undefined): { url: string | undefined; error: unknown } {
  const { value, error } = useLoaded<{ of: string; blob: Blob } | undefined>(
    async signal => (path === undefined ? undefined : { of: path, blob: await (await ask(path, { signal })).blob() }),
    [path],
  );
  return { url: useObjectUrl(value?.of === path ? value?.blob : undefined), error };
}

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
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && setSeen(true), {
      rootMargin: '200px',
    });
    watcher.observe(image.current as HTMLImageElement);
    return () => watcher.disconnect();
  }, []);
  const { url } = usePictureUrl(seen ? path : undefined);
  return (
    <img
      ref={image}
      class={pixelated ? 'pixels' : undefined}
      src={url ?? empty}
      alt={alt}
      width={width}
      height={height}
    />
  );
}
