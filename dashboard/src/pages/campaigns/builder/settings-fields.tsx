/** What holds for the whole campaign: whom it goes to, over which lines, in which hours, and what a reply does. */
import { useQuery } from '@tanstack/react-query';
import type { Campaign } from '@trunkline/sdk';
import { formatNumber } from '../../../lib/format.ts';
import { Field, Input, Select, Switch } from '../../../ui/field.tsx';
import { AudienceWords } from '../launch-dialog.tsx';
import { KIND_OPTIONS, type Kind } from '../new-campaign.tsx';
import { listsQuery } from '../queries.ts';
import type { Draft } from './draft.ts';
import { LinesField } from './lines-field.tsx';
import { type Fault, faultAt } from './problems.ts';
import { ScheduleFields } from './schedule-fields.tsx';

interface SettingsProps {
  draft: Draft;
  setDraft(change: (draft: Draft) => Draft): void;
  campaign: Campaign;
  problems: readonly Fault[];
}

export function SettingsFields({ draft, setDraft, campaign, problems }: SettingsProps) {
  const set = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const at = (param: string) => faultAt(problems, param);
  const { data } = useQuery(listsQuery);
  const isLaunched = campaign.status !== 'draft';
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={at('name')}>
          <Input maxLength={255} value={draft.name} onChange={({ target }) => set({ name: target.value })} />
        </Field>
        <Field
          label="What it sends"
          error={at('messageType')}
          hint={isLaunched ? 'Stays as it was launched.' : undefined}
        >
          <Select
            value={draft.messageType}
            disabled={isLaunched}
            onChange={({ target }) => set({ messageType: target.value as Kind })}
          >
            {KIND_OPTIONS.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
        <div className="flex flex-col gap-1.5">
          <Field
            label="List"
            error={at('listId')}
            hint={
              isLaunched
                ? 'Stays as it was launched; further lists are added on the tab Leads.'
                : 'Whose leads enter at the launch.'
            }
          >
            <Select
              value={draft.listId ?? ''}
              disabled={isLaunched}
              onChange={({ target }) => set({ listId: target.value || null })}
            >
              <option value="">None: leads are added one by one</option>
              {data?.lists.map((list) => (
                <option key={list._id} value={list._id}>
                  {list.name} ({formatNumber(list.leadCount)})
                </option>
              ))}
            </Select>
          </Field>
          {!isLaunched && draft.listId !== null && (
            <div className="text-xs">
              <AudienceWords id={campaign._id} listId={draft.listId} />
            </div>
          )}
        </div>
        <Field label="A reply" error={at('onReply')}>
          <Select
            value={draft.onReply}
            onChange={({ target }) => set({ onReply: target.value === 'continue' ? 'continue' : 'stop' })}
          >
            <option value="stop">ends the campaign for its lead (stop)</option>
            <option value="continue">changes nothing: branches may look at it (continue)</option>
          </Select>
        </Field>
      </div>
      <LinesField draft={draft} problems={problems} onChange={set} />
      <ScheduleFields
        schedule={draft.schedule}
        at={(part) => at(`schedule.${part}`) ?? (part === 'timezone' ? at('schedule') : undefined)}
        onChange={(schedule) => set({ schedule })}
      />
      <div className="flex flex-col gap-2">
        <Switch
          label="Who has gone through it may enter again"
          checked={draft.allowReentry}
          onCheckedChange={(allowReentry) => set({ allowReentry })}
        />
        <Switch
          label="New leads first: first steps go before follow-ups"
          checked={draft.newLeadsFirst}
          onCheckedChange={(newLeadsFirst) => set({ newLeadsFirst })}
        />
        <Switch
          label="Send an SMS instead when a message has failed"
          checked={draft.sendFallbackSmsOnFailed}
          onCheckedChange={(sendFallbackSmsOnFailed) => set({ sendFallbackSmsOnFailed })}
        />
        {at('sendFallbackSmsOnFailed') && (
          <p role="alert" className="text-xs font-medium text-danger">
            {at('sendFallbackSmsOnFailed')}
          </p>
        )}
      </div>
    </div>
  );
}
