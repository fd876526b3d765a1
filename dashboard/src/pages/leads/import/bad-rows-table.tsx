import { Download } from 'lucide-react';
import { formatNumber, plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { saveAs } from '../save-as.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { fieldLabel } from '../words.ts';
import { badRowsCsv } from './bad-rows.ts';
import type { BadRow } from './import-file.ts';
import type { Preview } from './steps.ts';

const SHOWN = 100;

export function BadRows({
  badRows,
  count,
  preview: { read, file, answer },
}: {
  badRows: readonly BadRow[];
  count: number;
  preview: Preview;
}) {
  const name = `${read.name.replace(/\.\w+$/, '')}-bad-rows.csv`;
  return (
    <section aria-label="Bad rows">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">{plural(count, 'bad row')}</h2>
        <Button size="sm" onClick={() => saveAs(name, badRowsCsv(badRows, file, answer.delimiter))}>
          <Download aria-hidden /> Download them
        </Button>
      </div>
      <ScrollBox label="What is wrong" className="max-h-80">
        <table className="w-full min-w-md text-left">
          <caption className="sr-only">What is wrong with which row</caption>
          <thead>
            <tr className="border-b text-xs text-muted-foreground">
              <th scope="col" className="px-3 py-2 font-medium">
                Line
              </th>
              <th scope="col" className="px-3 py-2 font-medium">
                Field
              </th>
              <th scope="col" className="px-3 py-2 font-medium">
                What is wrong
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {badRows.slice(0, SHOWN).map(({ line, param, error }) => (
              <tr key={`${line} ${param} ${error}`}>
                <td className="px-3 py-2 tabular-nums">{formatNumber(line)}</td>
                <td className="px-3 py-2">{param === '' ? '–' : fieldLabel(param)}</td>
                <td className="px-3 py-2">{error}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {badRows.length > SHOWN && (
        <p className="mt-1 text-xs text-muted-foreground">
          {`The first ${SHOWN} are shown; the file holds all of them.`}
        </p>
      )}
    </section>
  );
}
