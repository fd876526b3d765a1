/** The campaign as it is written: an outline of its steps, the one that is open, and what holds for all of them. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { CampaignAnswer } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { useMay } from '../../../session.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Empty } from '../../../ui/states.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { campaignQuery, refreshCampaigns, useCampaignCall } from '../queries.ts';
import { changesOf, type Draft, draftOf, newStep, type StepDraft } from './draft.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { Outline } from './outline.tsx';
import { ProblemList } from './problem-list.tsx';
import { faultsOfStep } from './problems.ts';
import { SettingsFields } from './settings-fields.tsx';
import { StepEditor } from './step-editor.tsx';
import { Touched } from './touched.tsx';
import { useCheck } from './use-check.ts';

export function Builder({ answer }: { answer: CampaignAnswer }) {
  const { campaign } = answer;
  const { may, why } = useMay('send');
  const isOver = campaign.status === 'archived';
  const isReadOnly = !may || isOver;
  const [draft, setDraft] = useState<Draft>(() => draftOf(campaign));
  const [base, setBase] = useState(campaign);
  // Somebody else wrote it meanwhile, and nothing was typed here: then theirs is shown.
  if (base.updatedAt !== campaign.updatedAt && changesOf(draft, base) === null) {
    setBase(campaign);
    setDraft(draftOf(campaign));
  }
  const changes = changesOf(draft, base);
  const isNameless = draft.name.trim() === '';
  const checked = useCheck(answer, changes, !isReadOnly && !isNameless);
  const check = isNameless
    ? { ...checked, problems: [{ param: 'name', error: 'must be given' }, ...checked.problems] }
    : checked;
  const toast = useToast();
  const client = useQueryClient();
  const update = useCampaignCall(api.updateCampaign);
  const save = async () => {
    if (changes === null) return true;
    try {
      const saved = await update.mutateAsync({ id: campaign._id, body: changes });
      client.setQueryData(campaignQuery(campaign._id).queryKey, saved);
      setBase(saved.campaign);
      setDraft((before) => draftOf(saved.campaign, before));
      toast.done('Saved.');
      return true;
    } catch (error) {
      toast.failed(error);
      return false;
    }
  };
  const discard = () => {
    setBase(campaign);
    setDraft(draftOf(campaign));
    void refreshCampaigns(client);
  };
  return (
    <div className="flex flex-col gap-4">
      {!isReadOnly && (
        <div className="sticky top-0 z-10 flex flex-wrap items-center gap-2 rounded-xl border bg-card p-3">
          <p role="status" className="min-w-0 flex-1 text-muted-foreground">
            {changes === null ? 'All changes are saved.' : 'Not saved yet.'}
            {check.isChecking && ' Checking…'}
          </p>
          <Button disabled={changes === null} onClick={discard}>
            Discard
          </Button>
          <Button
            variant="primary"
            disabled={changes === null || isNameless}
            busy={update.isPending}
            onClick={save}
          >
            Save
          </Button>
        </div>
      )}
      {!may && <p className="text-muted-foreground">{why}</p>}
      {isOver && <p className="text-muted-foreground">It is archived: nothing about it changes any more.</p>}
      <ProblemList problems={check.problems} warnings={check.warnings} steps={draft.steps} />
      {changes?.steps != null && <Touched check={check} steps={draft.steps} />}
      <Steps
        draft={draft}
        setDraft={setDraft}
        answer={answer}
        problems={check.problems}
        isReadOnly={isReadOnly}
      />
      <Card title="For all steps">
        <fieldset disabled={isReadOnly} className="contents">
          <SettingsFields draft={draft} setDraft={setDraft} campaign={campaign} problems={check.problems} />
        </fieldset>
      </Card>
      <LeaveGuard
        isDirty={changes !== null}
        home={campaign.status === 'draft' ? 'steps' : 'progress'}
        onSave={save}
      />
    </div>
  );
}

interface StepsProps {
  draft: Draft;
  setDraft(change: (draft: Draft) => Draft): void;
  answer: CampaignAnswer;
  problems: { param: string; error: string }[];
  isReadOnly: boolean;
}

function Steps({ draft, setDraft, answer, problems, isReadOnly }: StepsProps) {
  const { step: asked, ...search } = useSearch({ from: '/shell/campaigns/$campaignId' });
  const navigate = useNavigate();
  const { steps } = draft;
  const setSteps = (change: (steps: StepDraft[]) => StepDraft[]) =>
    setDraft((before) => ({ ...before, steps: change(before.steps) }));
  const index = Math.max(
    0,
    steps.findIndex(({ key }) => key === asked),
  );
  const open = steps[index];
  const show = (key: string | undefined) =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: answer.campaign._id },
      search: { ...search, tab: 'steps', step: key },
      replace: true,
    });
  const add = () => {
    const step = newStep(steps);
    setSteps((all) => [...all, step]);
    show(step.key);
  };
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(16rem,1fr)_minmax(0,2fr)]">
      <Card title={`Outline (${plural(steps.length, 'step')})`}>
        {steps.length === 0 ? (
          <Empty title="No steps yet">A step is a message that goes after a wait.</Empty>
        ) : (
          <Outline
            steps={steps}
            openKey={open?.key ?? ''}
            faulty={(n) => faultsOfStep(problems, n).length}
            onOpen={show}
          />
        )}
        {!isReadOnly && (
          <Button className="mt-3 w-full" onClick={add}>
            Add a step
          </Button>
        )}
      </Card>
      {open !== undefined && (
        <fieldset key={open.uid} disabled={isReadOnly} className="contents">
          <StepEditor
            step={open}
            index={index}
            draft={draft}
            campaign={answer.campaign}
            problems={problems}
            setSteps={setSteps}
            onKey={show}
          />
        </fieldset>
      )}
    </div>
  );
}
