import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { AuditEntry } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

const route = getRouteApi('/shell/settings');
const ENTITIES: readonly AuditEntry['entity'][] = [
  'workspace',
  'member',
  'invitation',
  'api_key',
  'webhook',
  'fallback_config',
  'line',
  'device',
  'list',
  'leads',
  'dnc_entry',
  'campaign',
  'language_audit',
];

export function AuditPanel() {
  const { may, why } = useMay('admin');
  if (!may) return <Empty title="Admins see who changed what">{why}</Empty>;
  return <Log />;
}

function Log() {
  const { entity: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const entity = ENTITIES.find((each) => each === asked);
  const log = useInfiniteQuery({
    queryKey: ['settings', 'log', entity ?? ''],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      api.listAuditLog({
        ...(entity === undefined ? {} : { entity }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Card
      title="Who changed what"
      actions={
        <Field label="What" hideLabel>
          <Select
            value={entity ?? ''}
            onChange={({ target: { value } }) =>
              void navigate({ search: value === '' ? { tab: 'log' } : { tab: 'log', entity: value } })
            }
          >
            <option value="">Everything</option>
            {ENTITIES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
      }
    >
      {log.isPending && <SkeletonRows rows={6} />}
      {log.isError && <ErrorState error={log.error} onRetry={() => void log.refetch()} />}
      {log.isSuccess && entries.length === 0 && <Empty title="Nothing was changed yet" />}
      <ul aria-label="Changes" className="divide-y">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {log.hasNextPage && (
        <Button className="mt-3" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
    </Card>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { at, entity, action, route: call, before, after, entityId } = entry;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return (
    <li className="flex flex-col gap-1 py-2">
      <p className="flex flex-wrap items-center gap-x-2">
        <span className="font-medium">{whoOf(entry)}</span>
        <span>
          {action.replaceAll('_', ' ')} {entity.replaceAll('_', ' ')}
        </span>
        <span className="ml-auto text-muted-foreground">
          <Time at={at} />
        </span>
      </p>
      <details className="text-xs">
        <summary className="cursor-pointer py-1 text-muted-foreground">
          {call} <span className="sr-only">, what changed</span>
        </summary>
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 pt-1">
          <dt className="text-muted-foreground">id</dt>
          <dd className="break-all">{entityId}</dd>
          {fields.map((name) => (
            <Change key={name} name={name} before={before[name]} after={after[name]} />
          ))}
        </dl>
      </details>
    </li>
  );
}

function Change({ name, before, after }: { name: string; before: unknown; after: unknown }) {
  return (
    <>
      <dt className="text-muted-foreground">{name}</dt>
      <dd className="break-words">
        {before !== undefined && <del className="mr-2 text-muted-foreground">{written(before)}</del>}
        {after !== undefined && <ins className="no-underline">{written(after)}</ins>}
      </dd>
    </>
  );
}

/** A person by the name of now, else the key; else a Mac that paired itself. */
function whoOf({ personName, apiKeyName, personId, apiKeyId }: AuditEntry): string {
  if (personId !== null) return personName ?? 'Somebody who is gone';
  if (apiKeyId === '') return 'A Mac, by its code';
  return apiKeyName === null ? 'A key that is gone' : `Key “${apiKeyName}”`;
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
