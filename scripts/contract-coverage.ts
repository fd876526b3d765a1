/** `npm run coverage:contract`: which documented calls and refusals are built, and what proves each. */
import { reportCoverage } from '../test/contract-coverage.ts';

process.stdout.write(`${reportCoverage()}\n`);
