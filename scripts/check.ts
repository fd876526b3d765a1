/** `npm run check`: everything that needs no running. `npm run check -- --write` lets Biome put right what it can. */
import { checkSources } from './tools.ts';

process.exitCode = (await checkSources(process.argv.includes('--write'))) ? 0 : 1;
