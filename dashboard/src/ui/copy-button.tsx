import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';
import { useToast } from './toast.tsx';

/** `what`: "the key". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const toast = useToast();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      toast.failed(
        new Error(
          `The browser does not let this page copy (it needs https, or this very machine). Select ${what} and copy it by hand.`,
        ),
      );
    }
  };
  return (
    <Button variant="ghost" size="icon-sm" aria-label={`Copy ${what}`} onClick={copy}>
      {copied ? <Check aria-hidden className="text-success" /> : <Copy aria-hidden />}
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </Button>
  );
}
