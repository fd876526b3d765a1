/** Adding a line: choose its kind, fill in what that takes, have it checked step by step, add it; a Mac is paired then. */
import { Link, useSearch } from '@tanstack/react-router';
import {
  ArrowLeft,
  AtSign,
  FlaskConical,
  Laptop,
  type LucideIcon,
  MessageCircle,
  Server,
} from 'lucide-react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { KIND_SPECS } from './kinds.ts';
import { LineForm } from './line-form.tsx';
import { PairMac } from './pair-mac.tsx';
import { KINDS, type Kind } from './routes.tsx';

export function NewLinePage() {
  const { kind, line } = useSearch({ from: '/shell/lines/new' });
  const { may, why } = useMay('admin');
  return (
    <Page
      title={kind === undefined ? 'Add a line' : `Add a line: ${KIND_SPECS[kind].title}`}
      description={kind === undefined ? 'By what shall messages leave?' : KIND_SPECS[kind].description}
      actions={
        <Button asChild>
          {kind === undefined ? (
            <Link to="/lines">
              <ArrowLeft aria-hidden /> All lines
            </Link>
          ) : (
            <Link to="/lines/new">
              <ArrowLeft aria-hidden /> Another kind
            </Link>
          )}
        </Button>
      }
    >
      {!may ? (
        <Empty title="Lines are added by admins">{why}</Empty>
      ) : kind === undefined ? (
        <KindChoice />
      ) : line !== undefined ? (
        <PairMac lineId={line} />
      ) : (
        <LineForm key={kind} kind={kind} />
      )}
    </Page>
  );
}

const ICONS: Readonly<Record<Kind, LucideIcon>> = {
  sandbox: FlaskConical,
  mac: Laptop,
  bluebubbles: Server,
  twilio: MessageCircle,
  smtp: AtSign,
};

function KindChoice() {
  return (
    <ul aria-label="Kinds of lines" className="grid grid-cols-1 gap-3 md:grid-cols-2 xl:grid-cols-3">
      {KINDS.map((kind) => {
        const Icon = ICONS[kind];
        const { title, description } = KIND_SPECS[kind];
        return (
          <li key={kind}>
            <Link
              to="/lines/new"
              search={{ kind }}
              className="flex h-full gap-3 rounded-xl border bg-card p-4 text-card-foreground hover:border-input"
            >
              <Icon className="mt-0.5 size-5 shrink-0 text-info" aria-hidden />
              <span className="flex flex-col gap-1">
                <span className="font-semibold">{title}</span>
                <span className="text-muted-foreground">{description}</span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
