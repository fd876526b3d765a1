import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';

const leadsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads',
  component: lazyRouteComponent(() => import('./index.tsx'), 'LeadsPage'),
});

export const leadsRoutes = [leadsRoute] as const;
