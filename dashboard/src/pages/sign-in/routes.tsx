import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { ownPath } from '../../session-end.ts';
import { rootRoute } from '../../shell/route.tsx';

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: ({ next }: Record<string, unknown>): { next?: string } => {
    const own = ownPath(next);
    return own === null ? {} : { next: own };
  },
  component: lazyRouteComponent(() => import('./index.tsx'), 'SignInPage'),
});

const withToken = ({ token }: Record<string, unknown>): { token: string } => ({
  token: typeof token === 'string' ? token : '',
});

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: withToken,
  component: lazyRouteComponent(() => import('./set-up.tsx'), 'SetUpPage'),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/join',
  validateSearch: withToken,
  component: lazyRouteComponent(() => import('./join.tsx'), 'JoinPage'),
});

export const signInRoutes = [signInRoute, setUpRoute, joinRoute] as const;
