/** Around the pages about leads: their heading, and the way from one to the other. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../ui/page.tsx';

const PLACES = [
  { to: '/leads', title: 'All leads' },
  { to: '/leads/lists', title: 'Lists' },
  { to: '/leads/import', title: 'Import' },
  { to: '/leads/do-not-contact', title: 'Do not contact' },
] as const;

export function LeadsFrame({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Page title={title} actions={actions}>
      <nav aria-label="Leads" className="flex shrink-0 gap-1 overflow-x-auto border-b">
        {PLACES.map((place) => (
          <Link
            key={place.to}
            to={place.to}
            activeOptions={{ exact: true, includeSearch: false }}
            className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-muted-foreground -outline-offset-2 hover:text-foreground aria-[current=page]:border-primary aria-[current=page]:text-foreground"
          >
            {place.title}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}
