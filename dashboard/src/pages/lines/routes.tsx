import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';

const linesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines',
  component: lazyRouteComponent(() => import('./index.tsx'), 'LinesPage'),
});

export const linesRoutes = [linesRoute] as const;
