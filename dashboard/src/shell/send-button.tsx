import { Send } from 'lucide-react';
import { useMay } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';

interface SendButtonProps {
  onClick(): void;
  /** Its picture alone. */
  isSmall?: boolean;
  className?: string;
}

/** On every page: one message can be sent from anywhere. */
export function SendButton({ onClick, isSmall = false, className }: SendButtonProps) {
  const { may, why } = useMay('send');
  return (
    <Button
      variant={isSmall ? 'ghost' : 'primary'}
      size={isSmall ? 'icon' : 'md'}
      className={cn(!isSmall && 'justify-start', className)}
      aria-label={isSmall ? 'Send a message' : undefined}
      disabled={!may}
      title={why}
      onClick={onClick}
    >
      <Send aria-hidden /> {!isSmall && 'Send a message'}
    </Button>
  );
}
