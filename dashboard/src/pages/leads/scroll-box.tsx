import type { ReactNode } from 'react';
import { cn } from '../../ui/cn.ts';

/** What is wider or longer than its place scrolls in here, and not the page. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
      tabIndex={0}
      className={cn('relative overflow-auto rounded-xl border bg-card', className)}
    >
      {children}
    </section>
  );
}
