import { FileUp } from 'lucide-react';
import { type DragEvent, useId, useRef, useState } from 'react';
import { api, sentenceOf } from '../../../api.ts';
import { Button } from '../../../ui/button.tsx';
import { cn } from '../../../ui/cn.ts';
import { readCsvFile } from './read-file.ts';
import { splitCsv } from './split-csv.ts';
import type { Preview } from './steps.ts';

const PREVIEWED_ROWS = 20;

export function ChooseFile({ onRead }: { onRead(preview: Preview): void }) {
  const [isOver, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setBusy(true);
    setError(null);
    try {
      onRead(await preview(chosen));
    } catch (refusal) {
      setError(sentenceOf(refusal));
      setBusy(false);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={cn(
        'flex flex-col items-center gap-3 rounded-xl border-2 border-dashed bg-card px-4 py-14 text-center',
        isOver && 'border-primary bg-accent',
      )}
    >
      <FileUp className="size-8 text-muted-foreground" aria-hidden />
      <p className="font-medium">Drop a CSV file here</p>
      <p className="max-w-md text-muted-foreground">
        With a line of headings; any number of rows; parted by commas, semicolons, tabs or bars. Each row
        needs a phone or an email. Nothing is saved before you have seen what would come of it.
      </p>
      <label htmlFor={id} className="sr-only">
        CSV file
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => take(target.files?.[0])}
      />
      <Button variant="primary" busy={busy} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      {error && (
        <p role="alert" className="font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

async function preview(chosen: File): Promise<Preview> {
  const { text, ...read } = await readCsvFile(chosen);
  const file = splitCsv(text);
  if (file.rows === 0) throw new Error('The file has no rows below its headings.');
  const body = splitCsv(text.slice(0, 1_000_000), PREVIEWED_ROWS).pieces[0]?.text ?? text;
  return { read, file, answer: await api.importLeads({ preview: true, body }) };
}
