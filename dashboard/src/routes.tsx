/** Every page. Each folder of pages/ declares its own routes and loads its components when they are first shown. */
import { createRouter } from '@tanstack/react-router';
import { campaignsRoutes } from './pages/campaigns/routes.tsx';
import { inboxRoutes } from './pages/inbox/routes.tsx';
import { leadsRoutes } from './pages/leads/routes.tsx';
import { linesRoutes } from './pages/lines/routes.tsx';
import { messagesRoutes } from './pages/messages/routes.tsx';
import { nowRoutes } from './pages/now/routes.tsx';
import { settingsRoutes } from './pages/settings/routes.tsx';
import { signInRoutes } from './pages/sign-in/routes.tsx';
import { startRoutes } from './pages/start/routes.tsx';
import { rootRoute, shellRoute } from './shell/route.tsx';
import { PageSkeleton } from './shell/shell.tsx';

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    shellRoute.addChildren([
      ...nowRoutes,
      ...messagesRoutes,
      ...inboxRoutes,
      ...leadsRoutes,
      ...linesRoutes,
      ...campaignsRoutes,
      ...settingsRoutes,
      ...startRoutes,
    ]),
    ...signInRoutes,
  ]),
  defaultPendingComponent: PageSkeleton,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
