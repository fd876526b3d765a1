import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { RECIPIENTS } from './recipients.ts';
import { SNIPPETS } from './snippets.ts';

export function CallApi() {
  const { may, why } = useMay('admin');
  const [way, setWay] = useState<string>('curl');
  // Kept by nobody but this page: it is gone with it.
  const made = useMutation({
    mutationFn: () => api.createApiKey({ body: { name: 'First steps', scopes: ['send', 'read'] } }),
  });
  const key = made.data?.key ?? null;
  const call = {
    url: location.origin,
    key,
    to: RECIPIENTS[0].phone,
    message: 'Hello from my own program!',
  };
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="flex flex-col gap-2" role="status">
        {key === null ? (
          <>
            <p>
              A key lets your program send and read in this workspace. It is shown once and stands in the
              calls below as soon as it is made.
            </p>
            <Button
              className="self-start"
              busy={made.isPending}
              disabled={!may}
              title={why}
              onClick={() => made.mutate()}
            >
              Make a key
            </Button>
            {why && <p className="text-muted-foreground">{why}</p>}
          </>
        ) : (
          <>
            <p className="font-medium">
              This is your key. It is shown only now; it can be removed in the settings.
            </p>
            <p className="flex min-w-0 items-center gap-2">
              <code className="min-w-0 rounded-md bg-muted px-2 py-1 break-all">{key}</code>
              <CopyButton text={key} what="the key" />
            </p>
          </>
        )}
        {made.error && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(made.error)}
          </p>
        )}
      </div>
      <Tabs
        value={way}
        onChange={setWay}
        label="Language"
        tabs={SNIPPETS.map(({ id, title }) => ({ value: id, title }))}
      >
        {SNIPPETS.map(({ id, title, hint, code }) => (
          <TabPanel key={id} value={id}>
            <p className="mb-2 text-muted-foreground">{hint}</p>
            <div className="relative">
              <section
                aria-label={`The call with ${title}`}
                // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
                tabIndex={0}
                className="overflow-x-auto rounded-lg bg-muted p-3 pr-12 text-xs"
              >
                <pre>
                  <code>{code(call)}</code>
                </pre>
              </section>
              <div className="absolute top-1.5 right-1.5 rounded-md bg-muted">
                <CopyButton text={code(call)} what={`the call with ${title}`} />
              </div>
            </div>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}
