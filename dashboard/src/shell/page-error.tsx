import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { Button } from '../ui/button.tsx';
import { Empty, ErrorState } from '../ui/states.tsx';

/** Of a page that could not be shown; the rest of the application stays. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main className="flex-1">
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}

export function NotFound() {
  return (
    <main className="flex-1">
      <Empty
        title="There is no such page"
        action={
          <Button asChild>
            <Link to="/">To the first page</Link>
          </Button>
        }
      >
        The link may be old, or a letter of it is missing.
      </Empty>
    </main>
  );
}
