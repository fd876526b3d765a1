import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/route.tsx';

const linesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines',
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search.q === 'string' && search.q !== '' ? { q: search.q } : {},
  component: lazyRouteComponent(() => import('./index.tsx'), 'LinesPage'),
});

export const KINDS = ['sandbox', 'mac', 'bluebubbles', 'twilio', 'smtp'] as const;
export type Kind = (typeof KINDS)[number];

const newLineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines/new',
  /** `line`: a line that was made and awaits its Mac, so that the page can be left and come back to. */
  validateSearch: (search: Record<string, unknown>): { kind?: Kind; line?: string } => {
    const kind = KINDS.find((each) => each === search.kind);
    return {
      ...(kind === undefined ? {} : { kind }),
      ...(typeof search.line === 'string' ? { line: search.line } : {}),
    };
  },
  component: lazyRouteComponent(() => import('./new-line.tsx'), 'NewLinePage'),
});

const lineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines/$lineId',
  component: lazyRouteComponent(() => import('./line-page.tsx'), 'LinePage'),
});

export const linesRoutes = [linesRoute, newLineRoute, lineRoute] as const;
