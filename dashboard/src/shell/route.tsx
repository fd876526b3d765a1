/** Everything that needs somebody signed in lies beneath this route. */
import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { isSignedOut, queryClient } from '../api.ts';
import { meQuery } from '../session.ts';
import { NotFound, PageError } from './page-error.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRoute({
  component: Outlet,
  errorComponent: PageError,
  notFoundComponent: NotFound,
});

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  errorComponent: PageError,
  async beforeLoad({ location }) {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
  },
});
