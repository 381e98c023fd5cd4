interface PictureProps {
  src: string;
  alt: string;
  width: number;
  height: number;
  className?: string | undefined;
  loading?: "lazy" | "eager";
  onError?: () => void;
}

/** A picture of known size. Not next/image: that writes a style into the element, which the pages' policy refuses. */
export function Picture({ alt, loading = "lazy", ...rest }: PictureProps) {
  // biome-ignore lint/performance/noImgElement: the reason stands above, and the pictures are drawings of a few kB
  return <img {...rest} alt={alt} loading={loading} decoding="async" />;
}
