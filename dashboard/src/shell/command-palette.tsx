/** Ctrl K: any page by a few letters of its name, and any lead, line, campaign or message. Loaded when first asked for. */
import { useNavigate } from '@tanstack/react-router';
import { Send } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { sentenceOf } from '../api.ts';
import { plural } from '../lib/format.ts';
import { useMay } from '../session.ts';
import { cn } from '../ui/cn.ts';
import { Dialog } from '../ui/dialog.tsx';
import { PAGES, START } from './pages.ts';
import { type Group, type Option, usePaletteSearch } from './palette-search.ts';

interface CommandPaletteProps {
  onClose(): void;
  onSend(): void;
}

export function CommandPalette({ onClose, onSend }: CommandPaletteProps) {
  const [typed, setTyped] = useState('');
  const { groups: found, isPending, error } = usePaletteSearch(typed);
  const groups = [...useActions(typed, onSend), ...found];
  const options = groups.flatMap((group) => group.found);
  // By its id: what comes in above it does not take its place.
  const [chosen, setChosen] = useState<string | null>(null);
  const place = Math.max(
    0,
    options.findIndex(({ id }) => id === chosen),
  );
  const active = options[place];
  const listId = useId();
  const optionId = (id: string) => `${listId}-${id}`;
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it is another one
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active?.id]);

  const open = (option: Option) => {
    onClose();
    option.open();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.nativeEvent.isComposing || active === undefined) return;
    if (event.key === 'Enter') open(active);
    else if (step !== undefined) setChosen(options.at((place + step) % options.length)?.id ?? null);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Search"
      className="top-[10dvh] max-h-[80dvh] max-w-xl translate-y-0"
    >
      <div className="-mx-5 -my-4">
        <input
          autoFocus
          role="combobox"
          aria-label="Search"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active && optionId(active.id)}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            setChosen(null);
          }}
          onKeyDown={onKeyDown}
          placeholder="A page, a name, a number, a text…"
          className="sticky top-0 z-10 h-12 w-full border-b bg-popover px-5 text-base -outline-offset-2 placeholder:text-muted-foreground"
        />
        <p role="status" className="sr-only">
          {isPending ? 'Searching' : typed.trim() !== '' && plural(options.length, 'result')}
        </p>
        {error !== null && (
          <p role="alert" className="px-5 pt-3 font-medium text-danger">
            {sentenceOf(error)}
          </p>
        )}
        {options.length === 0 && (
          <p className="p-8 text-center text-muted-foreground">
            {isPending ? 'Searching…' : 'Nothing of that name.'}
          </p>
        )}
        <div ref={list} id={listId} role="listbox" aria-label="What was found" className="p-2">
          {groups.map(({ heading, found: some }) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
            <div key={heading} role="group" aria-label={heading}>
              <p aria-hidden className="px-3 pt-2 pb-1 text-xs text-muted-foreground">
                {heading}
              </p>
              {some.map((option) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox, which keeps the focus
                <div
                  key={option.id}
                  id={optionId(option.id)}
                  role="option"
                  aria-selected={option === active}
                  tabIndex={-1}
                  onClick={() => open(option)}
                  onMouseMove={() => setChosen(option.id)}
                  className={cn(
                    'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-3',
                    option === active && 'bg-accent text-accent-foreground',
                  )}
                >
                  <option.icon className="size-4 shrink-0" aria-hidden />
                  <span className="min-w-0 flex-1 truncate">{option.title}</span>
                  {option.hint !== '' && option.hint !== option.title && (
                    <span className="max-w-[45%] truncate text-xs text-muted-foreground">{option.hint}</span>
                  )}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** What can be gone to or done whatever there is in the workspace. */
function useActions(typed: string, onSend: () => void): Group[] {
  const navigate = useNavigate();
  const { may } = useMay('send');
  const all: Option[] = [...PAGES, START].map(({ to, title, icon }) => ({
    id: to,
    title,
    hint: '',
    icon,
    open: () => void navigate({ to }),
  }));
  if (may) all.push({ id: 'send', title: 'Send a message', hint: '', icon: Send, open: onSend });
  const wanted = typed.trim().toLowerCase();
  const found = all.filter(({ title }) => title.toLowerCase().includes(wanted));
  return found.length === 0 ? [] : [{ heading: 'Go to', found }];
}
