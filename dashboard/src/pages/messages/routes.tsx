import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';
import { readSearch } from './search.ts';

const messagesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/messages',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./index.tsx'), 'MessagesPage'),
});

export const messagesRoutes = [messagesRoute] as const;
