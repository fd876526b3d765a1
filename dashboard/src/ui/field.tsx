/** What is filled in. Each control stands in a `Field`, which ties label, hint and error to it. */
import { Check } from 'lucide-react';
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from 'radix-ui';
import { type ComponentProps, createContext, type ReactNode, use, useId } from 'react';
import { cn } from './cn.ts';

const control =
  'w-full rounded-md border border-input bg-card px-3 text-card-foreground placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-danger';

const FieldContext = createContext<{ id: string; describedBy: string | undefined; invalid: boolean } | null>(
  null,
);

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  /** Read by screen readers, seen by nobody: for search fields and the like. */
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
}

export function Field({ label, hint, error, hideLabel = false, className, children }: FieldProps) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div className={cn('flex min-w-0 flex-col gap-1.5', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      <FieldContext value={{ id, describedBy: notes, invalid: Boolean(error) }}>{children}</FieldContext>
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted-foreground">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function useField() {
  const field = use(FieldContext);
  return {
    id: field?.id,
    'aria-describedby': field?.describedBy,
    'aria-invalid': field?.invalid || undefined,
  };
}

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input {...useField()} className={cn(control, 'h-9', className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea {...useField()} rows={4} className={cn(control, 'py-2', className)} {...props} />;
}

/** The system's own: it works with every keyboard, screen reader and phone. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select {...useField()} className={cn(control, 'h-9 pr-8', className)} {...props} />;
}

/** With its label beside it. */
export function Checkbox({
  label,
  className,
  ...props
}: ComponentProps<typeof RadixCheckbox.Root> & { label: ReactNode }) {
  const id = useId();
  return (
    <span className={cn('flex items-center gap-2', className)}>
      <CheckboxBox id={id} {...props} />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}

/** Alone, as in rows of a table: needs an `aria-label`. */
export function CheckboxBox({ className, ...props }: ComponentProps<typeof RadixCheckbox.Root>) {
  return (
    <RadixCheckbox.Root
      className={cn(
        'inline-flex size-6 shrink-0 items-center justify-center rounded-md border-[5px] align-middle border-transparent bg-clip-padding',
        className,
      )}
      {...props}
    >
      <span
        aria-hidden
        className="flex size-4 items-center justify-center rounded border border-input bg-card [[data-state=checked]>&]:border-primary [[data-state=checked]>&]:bg-primary [[data-state=indeterminate]>&]:border-primary [[data-state=indeterminate]>&]:bg-primary"
      >
        <RadixCheckbox.Indicator>
          <Check className="size-3.5 text-primary-foreground" />
        </RadixCheckbox.Indicator>
      </span>
    </RadixCheckbox.Root>
  );
}

export function Switch({
  label,
  className,
  ...props
}: ComponentProps<typeof RadixSwitch.Root> & { label: ReactNode }) {
  const id = useId();
  return (
    <span className={cn('flex items-center gap-2', className)}>
      <RadixSwitch.Root
        id={id}
        className="inline-flex h-6 w-10 shrink-0 items-center rounded-full border border-input bg-muted p-0.5 transition-colors disabled:opacity-55 data-[state=checked]:border-primary data-[state=checked]:bg-primary"
        {...props}
      >
        <RadixSwitch.Thumb className="size-4.5 rounded-full bg-foreground transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-primary-foreground" />
      </RadixSwitch.Root>
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
