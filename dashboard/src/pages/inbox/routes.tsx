import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';
import type { InboxSearch } from './search.ts';

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  validateSearch: (given: Record<string, unknown>): InboxSearch => ({
    ...(typeof given.lead === 'string' ? { lead: given.lead } : {}),
    ...(given.unread === true ? { unread: true } : {}),
    ...(typeof given.line === 'string' ? { line: given.line } : {}),
    // A number in the address of the page is read as one.
    ...(typeof given.q === 'string' || typeof given.q === 'number' ? { q: String(given.q) } : {}),
  }),
  component: lazyRouteComponent(() => import('./index.tsx'), 'InboxPage'),
});

export const inboxRoutes = [inboxRoute] as const;
