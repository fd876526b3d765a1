import { Link } from '@tanstack/react-router';
import { PAGES, type PageLink, START } from './pages.ts';
import { UnreadBadge } from './unread-badge.tsx';

export function Navigation() {
  return (
    <nav aria-label="Pages" className="flex flex-col gap-0.5">
      {[...PAGES, START].map((page) => (
        <NavigationLink key={page.to} page={page} />
      ))}
    </nav>
  );
}

function NavigationLink({ page: { to, title, icon: Icon } }: { page: PageLink }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 font-medium text-muted-foreground hover:bg-accent hover:text-accent-foreground aria-[current=page]:bg-accent aria-[current=page]:text-accent-foreground"
    >
      <Icon className="size-4" aria-hidden />
      {title}
      {to === '/inbox' && <UnreadBadge />}
    </Link>
  );
}
