/** What the steps of an import hand on to each other. */
import type { CsvPreviewAnswer } from '@trunkline/sdk';
import type { ListTarget } from '../list-choice.tsx';
import type { ImportOptions } from './import-file.ts';
import type { ReadFile } from './read-file.ts';
import type { CsvFile } from './split-csv.ts';

export interface Preview {
  read: Omit<ReadFile, 'text'>;
  file: CsvFile;
  /** What the server makes of headings and the first rows. */
  answer: CsvPreviewAnswer;
}

export interface Plan {
  options: ImportOptions;
  target: ListTarget;
}
