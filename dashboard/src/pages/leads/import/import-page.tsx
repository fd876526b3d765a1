/** From a file to leads in four steps: the file, what its columns are, what would come of it, what came of it. */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../../session.ts';
import { SkeletonRows } from '../../../ui/states.tsx';
import { LeadsFrame } from '../leads-frame.tsx';
import { listsQuery } from '../queries.ts';
import { ChooseFile } from './choose-file.tsx';
import type { Check, Saved } from './import-file.ts';
import { MapColumns } from './map-columns.tsx';
import { Result } from './result.tsx';
import { Review } from './review.tsx';
import type { Plan, Preview } from './steps.ts';

type Step =
  | { at: 'file' }
  | { at: 'columns'; preview: Preview; plan?: Plan }
  | { at: 'review'; preview: Preview; plan: Plan; check: Check }
  | { at: 'result'; preview: Preview; saved: Saved; listId: string };

const TITLES = {
  file: 'The file',
  columns: 'Its columns',
  review: 'What would come of it',
  result: 'What came of it',
};

export function ImportPage() {
  const { list } = useSearch({ from: '/shell/leads/import' });
  const lists = useQuery(listsQuery);
  const [step, setStep] = useState<Step>({ at: 'file' });
  const { may, why } = useMay('send');
  return (
    <LeadsFrame title="Import leads">
      <ol aria-label="Steps" className="flex flex-wrap gap-x-4 gap-y-1 text-muted-foreground">
        {Object.entries(TITLES).map(([name, title], index) => (
          <li
            key={name}
            aria-current={step.at === name ? 'step' : undefined}
            className="aria-[current=step]:font-semibold aria-[current=step]:text-foreground"
          >
            {`${index + 1}. ${title}`}
          </li>
        ))}
      </ol>
      {!may && <p role="alert">{why}</p>}
      {may && step.at === 'file' && <ChooseFile onRead={(preview) => setStep({ at: 'columns', preview })} />}
      {step.at === 'columns' &&
        (lists.isPending ? (
          <SkeletonRows />
        ) : (
          <MapColumns
            preview={step.preview}
            plan={step.plan}
            lists={lists.data ?? []}
            listId={list}
            onBack={() => setStep({ at: 'file' })}
            onChecked={(plan, check) => setStep({ at: 'review', preview: step.preview, plan, check })}
          />
        ))}
      {step.at === 'review' && (
        <Review
          preview={step.preview}
          plan={step.plan}
          check={step.check}
          onBack={() => setStep({ at: 'columns', preview: step.preview, plan: step.plan })}
          onDone={(saved, listId) => setStep({ at: 'result', preview: step.preview, saved, listId })}
        />
      )}
      {step.at === 'result' && (
        <Result
          preview={step.preview}
          saved={step.saved}
          listId={step.listId}
          onAgain={() => setStep({ at: 'file' })}
        />
      )}
    </LeadsFrame>
  );
}
