import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';
import { readLeadsSearch } from './search.ts';

const leadsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads',
  validateSearch: readLeadsSearch,
  component: lazyRouteComponent(() => import('./index.tsx'), 'LeadsPage'),
});

const listsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads/lists',
  component: lazyRouteComponent(() => import('./lists-page.tsx'), 'ListsPage'),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads/import',
  validateSearch: (given: Record<string, unknown>): { list?: string } =>
    typeof given.list === 'string' ? { list: given.list } : {},
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'ImportPage'),
});

const dncRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads/do-not-contact',
  validateSearch: (given: Record<string, unknown>): { q?: string; history?: string } => ({
    ...(typeof given.q === 'string' || typeof given.q === 'number' ? { q: String(given.q) } : {}),
    ...(typeof given.history === 'string' || typeof given.history === 'number'
      ? { history: String(given.history) }
      : {}),
  }),
  component: lazyRouteComponent(() => import('./dnc-page.tsx'), 'DncPage'),
});

export const leadsRoutes = [leadsRoute, listsRoute, importRoute, dncRoute] as const;
