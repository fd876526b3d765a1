/** Around every page: navigation, who is signed in, the palette. */
import { Outlet, useRouterState } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import { AccountMenu } from './account-menu.tsx';
import { LiveStatus } from './live-status.tsx';
import { Navigation } from './navigation.tsx';
import { SendButton } from './send-button.tsx';

const CommandPalette = lazy(async () => ({
  default: (await import('./command-palette.tsx')).CommandPalette,
}));

const SendMessageDialog = lazy(async () => ({
  default: (await import('../pages/messages/send-dialog.tsx')).SendMessageDialog,
}));

export function Shell() {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isSending, setSending] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone to a page has used the menu
  useEffect(() => setMenuOpen(false), [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPaletteOpen((open) => !open);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-primary focus:px-3 focus:py-2 focus:text-primary-foreground"
      >
        Skip to the content
      </a>
      <aside className="hidden w-56 shrink-0 flex-col gap-4 border-r bg-card p-3 md:flex">
        <Brand />
        <Button className="justify-start text-muted-foreground" onClick={() => setPaletteOpen(true)}>
          <Search aria-hidden /> Search <kbd className="ml-auto text-xs">Ctrl K</kbd>
        </Button>
        <SendButton onClick={() => setSending(true)} />
        <Navigation />
        <div className="mt-auto flex flex-col gap-2">
          <AccountMenu />
        </div>
      </aside>
      <header className="flex items-center gap-2 border-b bg-card p-2 md:hidden">
        <Button variant="ghost" size="icon" aria-label="Menu" onClick={() => setMenuOpen(true)}>
          <MenuIcon aria-hidden />
        </Button>
        <Brand />
        <SendButton isSmall className="ml-auto" onClick={() => setSending(true)} />
        <Button variant="ghost" size="icon" aria-label="Search" onClick={() => setPaletteOpen(true)}>
          <Search aria-hidden />
        </Button>
      </header>
      <Dialog
        open={isMenuOpen}
        onOpenChange={setMenuOpen}
        title="Trunkline"
        kind="sheet"
        className="right-auto left-0 max-w-72 border-r"
        footer={<AccountMenu />}
      >
        <Navigation />
      </Dialog>
      <main
        id="content"
        tabIndex={-1}
        className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto outline-none"
      >
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <LiveStatus />
      {isPaletteOpen && (
        <Suspense>
          <CommandPalette onClose={() => setPaletteOpen(false)} onSend={() => setSending(true)} />
        </Suspense>
      )}
      {isSending && (
        <Suspense>
          <SendMessageDialog onClose={() => setSending(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Brand() {
  return (
    <span className="flex items-center gap-2 px-1 font-semibold">
      <img src="/favicon.svg" alt="" width={24} height={24} />
      Trunkline
    </span>
  );
}

export function PageSkeleton() {
  return (
    <div className="p-4 md:p-6">
      <SkeletonRows />
    </div>
  );
}
