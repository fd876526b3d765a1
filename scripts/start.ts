/** `npm start`: the dashboard is built when its sources are not those it was built from, then Trunkline serves. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { buildDashboardWhenStale } from './build-dashboard.ts';

// A third of what a start costs is reading TypeScript: a later one takes what an earlier one made of it.
enableCompileCache(path.resolve(import.meta.dirname, '../node_modules/.cache/trunkline'));
// Whoever installed without what only development needs has no builder, and serves what was built before.
if (process.env.NODE_ENV !== 'production') await buildDashboardWhenStale();
await import('../src/main.ts');
