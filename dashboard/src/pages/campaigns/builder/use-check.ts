/** Has what stands in the form checked by the server a moment after it was typed, as saving and launching would. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  type CampaignAnswer,
  type CampaignCheckAnswer,
  TrunklineError,
  type UpdateCampaignBody,
} from '@trunkline/sdk';
import { useEffect, useState } from 'react';
import { api, sentenceOf } from '../../../api.ts';

const REST_MS = 400;
const NOBODY = { alreadyMade: [], standing: [] };

export interface Checked extends CampaignCheckAnswer {
  isChecking: boolean;
}

/** Without changes, or for who may not write: what was told with the campaign. */
export function useCheck(answer: CampaignAnswer, changes: UpdateCampaignBody | null, may: boolean): Checked {
  const { _id: id, updatedAt } = answer.campaign;
  const text = changes === null ? '' : JSON.stringify(changes);
  const rested = useRested(text);
  const { data, error, isFetching } = useQuery({
    queryKey: ['campaigns', 'check', id, updatedAt, rested],
    queryFn: ({ signal }) =>
      api.checkCampaign({ id, body: JSON.parse(rested) as UpdateCampaignBody }, { signal }),
    enabled: may && rested !== '',
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 30_000,
  });
  if (text !== '' && may && error !== null)
    return { problems: [faultOf(error)], warnings: [], ...NOBODY, isChecking: isFetching };
  if (text === '' || !may || data === undefined)
    return { problems: answer.problems, warnings: answer.warnings, ...NOBODY, isChecking: isFetching };
  return { ...data, isChecking: isFetching || rested !== text };
}

/** It could not be checked: said where the rest is said. */
function faultOf(error: Error): { param: string; error: string } {
  const param = error instanceof TrunklineError ? error.param : null;
  return { param: param ?? 'check', error: sentenceOf(error) };
}

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
