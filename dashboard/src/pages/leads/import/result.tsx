import { Link } from '@tanstack/react-router';
import { Button } from '../../../ui/button.tsx';
import { BadRows } from './bad-rows-table.tsx';
import { Figures } from './figures.tsx';
import type { Saved } from './import-file.ts';
import type { Preview } from './steps.ts';

interface ResultProps {
  preview: Preview;
  saved: Saved;
  listId: string;
  onAgain(): void;
}

export function Result({ preview, saved, listId, onAgain }: ResultProps) {
  return (
    <div className="flex flex-col gap-4">
      <div role="status">
        <p className="mb-3 font-medium">The import is done.</p>
        <Figures
          figures={[
            ['created', saved.created],
            ['updated', saved.updated],
            ['duplicates, left as they are', saved.duplicates],
            ['bad rows, left out', saved.badCount],
          ]}
        />
      </div>
      {saved.badCount > 0 && <BadRows badRows={saved.badRows} count={saved.badCount} preview={preview} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onAgain}>Import another file</Button>
        <Button asChild variant="primary">
          <Link to="/leads" search={{ list: listId }}>
            Show the list
          </Link>
        </Button>
      </div>
    </div>
  );
}
