import encodeQR from 'qr';

/** Drawn here: nobody else is told what is in it. Dark on light in either theme, as cameras want it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const cells = encodeQR(text, 'raw', { border: 2 });
  const path = cells
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${cells.length} ${cells.length}`}
      shapeRendering="crispEdges"
      className="size-48 self-center rounded-md bg-code-light"
    >
      <path d={path} className="fill-code-dark" />
    </svg>
  );
}
