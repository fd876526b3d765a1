/** `npm start`: the dashboard is built when its sources are not those it was built from, then Trunkline serves. */
import { buildDashboardWhenStale } from './build-dashboard.ts';

// Whoever installed without what only development needs has no builder, and serves what was built before.
if (process.env.NODE_ENV !== 'production') await buildDashboardWhenStale();
await import('../src/main.ts');
