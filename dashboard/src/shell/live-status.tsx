import { WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { startLive, useLiveState } from '../live.ts';

/** Says so while what is shown may be old. It lies over the page, so that nothing moves when it comes and goes. */
export function LiveStatus() {
  useEffect(startLive, []);
  const isLost = useLiveState() === 'lost';
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-4 z-30 flex justify-center px-4">
      {isLost && (
        <span className="flex items-center gap-2 rounded-full border bg-popover px-4 py-2 font-medium text-popover-foreground shadow-lg">
          <WifiOff className="size-4 text-warning" aria-hidden />
          Reconnecting: what you see may be old
        </span>
      )}
    </div>
  );
}
