/** Tapbacks on a message: what each side gave, and the menu to give one. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactBody, Tapback } from '@trunkline/sdk';
import {
  CircleAlert,
  CircleHelp,
  Heart,
  Laugh,
  type LucideIcon,
  SmilePlus,
  ThumbsDown,
  ThumbsUp,
} from 'lucide-react';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';

type Reaction = ReactBody['reaction'];

/** Signs that are drawn here: not every machine has a font for their characters. */
const SIGNS: Readonly<Record<Reaction, LucideIcon>> = {
  love: Heart,
  like: ThumbsUp,
  dislike: ThumbsDown,
  laugh: Laugh,
  emphasize: CircleAlert,
  question: CircleHelp,
};
const REACTIONS = Object.keys(SIGNS) as Reaction[];

function Sign({ reaction }: { reaction: string }) {
  const Icon = SIGNS[reaction as Reaction] ?? SmilePlus;
  return <Icon className="size-3.5" aria-hidden />;
}

export function Tapbacks({ reactions, contact }: { reactions: readonly Tapback[]; contact: string }) {
  if (reactions.length === 0) return null;
  return (
    <ul aria-label="Tapbacks" className="flex gap-1 px-1">
      {reactions.map(({ address, direction, reaction }) => (
        <li
          key={`${address} ${reaction}`}
          className="inline-flex items-center gap-1 rounded-full border bg-card px-1.5 py-0.5 text-xs"
        >
          <Sign reaction={reaction} />
          <span className="sr-only">{reaction}, by</span>
          {direction === 'sent' ? 'you' : contact}
        </li>
      ))}
    </ul>
  );
}

export function ReactButton({ messageId, leadId }: { messageId: string; leadId: string }) {
  const client = useQueryClient();
  const toast = useToast();
  const { mutate, isPending } = useMutation({
    mutationFn: (reaction: Reaction) => api.reactToMessage({ body: { messageId, reaction } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['conversations', 'thread', leadId] }),
    onError: toast.failed,
  });
  return (
    <Menu
      align="start"
      trigger={
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Give a tapback"
          busy={isPending}
          className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
        >
          <SmilePlus aria-hidden />
        </Button>
      }
    >
      {REACTIONS.map((reaction) => (
        <MenuItem key={reaction} onSelect={() => mutate(reaction)}>
          <Sign reaction={reaction} /> {reaction}
        </MenuItem>
      ))}
    </Menu>
  );
}
