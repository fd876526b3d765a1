/** The form of one kind of line. It is checked before it is added; whoever knows better may add it all the same. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CreateLineBody } from '@trunkline/sdk';
import { TrunklineError } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { CheckSteps } from './check-steps.tsx';
import { type FieldSpec, initialValues, KIND_SPECS, requestOf, shownFields, type Values } from './kinds.ts';
import { renewLines } from './queries.ts';
import type { Kind } from './routes.tsx';

/** A simulated line has nothing to be checked, and a Mac is checked once it is paired. */
const ADDED_UNCHECKED: readonly Kind[] = ['sandbox', 'mac'];

export function LineForm({ kind }: { kind: Kind }) {
  const spec = KIND_SPECS[kind];
  const [values, setValues] = useState<Values>(() => initialValues(spec));
  const check = useMutation({ mutationFn: (body: CreateLineBody) => api.checkNewLine({ body }) });
  const add = useAddLine(kind);
  const isChecked = ADDED_UNCHECKED.includes(kind) || check.data !== undefined;
  const refusal = add.error ?? check.error;

  const change = (name: string, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    // What was found was found of other settings.
    check.reset();
    add.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = requestOf(spec, values);
    if (isChecked) add.mutate(body);
    else check.mutate(body);
  };

  return (
    <div className="grid max-w-5xl grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <Card title="Settings">
        <form onSubmit={submit} className="flex flex-col gap-4" aria-label="Settings of the line">
          {shownFields(spec, values).map((field) => (
            <FormField
              key={field.name}
              field={field}
              value={values[field.name] ?? ''}
              error={errorOf(refusal, field.name)}
              onChange={(value) => change(field.name, value)}
            />
          ))}
          {refusal !== null && (
            <p role="alert" className="font-medium text-danger">
              {sentenceOf(refusal)}
            </p>
          )}
          <div className="flex flex-wrap gap-2">
            {isChecked ? (
              <Button type="submit" variant="primary" busy={add.isPending}>
                {check.data?.ok === false ? 'Add it all the same' : 'Add the line'}
              </Button>
            ) : (
              <Button type="submit" variant="primary" busy={check.isPending}>
                Check these settings
              </Button>
            )}
            {check.data !== undefined && (
              <Button busy={check.isPending} onClick={() => check.mutate(requestOf(spec, values))}>
                Check again
              </Button>
            )}
          </div>
        </form>
      </Card>
      {(check.isPending || check.data !== undefined) && (
        <Card title="What was found">
          {check.data === undefined ? (
            <SkeletonRows rows={6} className="h-6" />
          ) : (
            <CheckSteps check={check.data} />
          )}
        </Card>
      )}
    </div>
  );
}

function useAddLine(kind: Kind) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  return useMutation({
    mutationFn: (body: CreateLineBody) => api.createLine({ body }),
    async onSuccess({ line }) {
      await renewLines(queries);
      if (kind === 'mac')
        return navigate({ to: '/lines/new', search: { kind, line: line._id }, replace: true });
      toast.done('The line is there.');
      return navigate({ to: '/lines/$lineId', params: { lineId: line._id } });
    },
  });
}

interface FormFieldProps {
  field: FieldSpec;
  value: string;
  error: string | null;
  onChange(value: string): void;
}

function FormField({ field, value, error, onChange }: FormFieldProps) {
  const { label, hint, type = 'text', options, required = false, placeholder } = field;
  return (
    <Field
      label={
        required ? (
          label
        ) : (
          <>
            {label} {optional(options)}
          </>
        )
      }
      hint={hint}
      error={error}
    >
      {options === undefined ? (
        <Input
          type={type}
          value={value}
          required={required}
          placeholder={placeholder}
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          spellCheck={false}
          {...(type === 'number' ? { min: 1, max: 65_535 } : {})}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <Select value={value} onChange={({ target }) => onChange(target.value)}>
          {options.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** A choice has always been made. */
function optional(options: FieldSpec['options']) {
  return options === undefined ? <span className="font-normal text-muted-foreground">(optional)</span> : null;
}

function errorOf(refusal: Error | null, name: string): string | null {
  return refusal instanceof TrunklineError && refusal.param === name ? refusal.message : null;
}
