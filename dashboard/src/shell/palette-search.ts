/** What the palette finds of what was typed: leads, lines, campaigns and messages, by the calls that their pages make. */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ContactRound, type LucideIcon, MessageSquare, Send, Smartphone } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import { nameOf as leadName } from '../pages/leads/words.ts';
import { fits, addressOf as lineAddress, nameOf as lineName } from '../pages/lines/words.ts';
import { contactOf } from '../pages/messages/names.ts';

export interface Option {
  id: string;
  icon: LucideIcon;
  title: string;
  hint: string;
  open(): void;
}

export interface Group {
  heading: string;
  found: Option[];
}

/** Of each kind; for more there is the page. */
const SHOWN = 5;
/** Less than that is in nearly everything. */
const LEAST = 2;
/** Whoever types on has not finished. */
const PAUSE_MS = 200;
/** No call finds campaigns by name: as many as one answer holds are looked through, the latest. */
const CAMPAIGNS = 100;

export function usePaletteSearch(typed: string): { groups: Group[]; isPending: boolean; error: unknown } {
  const navigate = useNavigate();
  const text = useSettled(typed.trim());
  const enabled = text.length >= LEAST;
  const leads = useQuery({
    queryKey: ['palette', 'leads', text],
    queryFn: ({ signal }) => api.listLeads({ search: text, count: false, limit: SHOWN }, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
  const messages = useQuery({
    queryKey: ['palette', 'messages', text],
    queryFn: ({ signal }) => api.listMessages({ search: text, limit: SHOWN }, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
  const campaigns = useQuery({
    queryKey: ['campaigns', 'latest'],
    queryFn: ({ signal }) => api.listCampaigns({ limit: CAMPAIGNS }, { signal }),
    // One that was made a moment ago is what is looked for.
    staleTime: 0,
    enabled,
  });
  const lines = useQuery({
    queryKey: ['lines', 'list'],
    queryFn: ({ signal }) => api.listLines(undefined, { signal }),
    enabled,
  });
  if (!enabled) return { groups: [], isPending: false, error: null };

  const queries: UseQueryResult[] = [leads, messages, campaigns, lines];
  const wanted = text.toLowerCase();
  const groups: Group[] = [
    {
      heading: 'Leads',
      found: (leads.data?.leads ?? []).map((lead) => ({
        id: lead._id,
        icon: ContactRound,
        title: leadName(lead),
        hint: [lead.phone, lead.email].filter(Boolean).join(', '),
        open: () => void navigate({ to: '/leads', search: { lead: lead._id } }),
      })),
    },
    {
      heading: 'Lines',
      found: (lines.data?.lines ?? [])
        .filter((line) => fits(line, text))
        .slice(0, SHOWN)
        .map((line) => ({
          id: line._id,
          icon: Smartphone,
          title: lineName(line),
          hint: lineAddress(line),
          open: () => void navigate({ to: '/lines/$lineId', params: { lineId: line._id } }),
        })),
    },
    {
      heading: 'Campaigns',
      found: (campaigns.data?.campaigns ?? [])
        .filter(({ name }) => name.toLowerCase().includes(wanted))
        .slice(0, SHOWN)
        .map(({ _id, name, status }) => ({
          id: _id,
          icon: Send,
          title: name,
          hint: status,
          open: () => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: _id } }),
        })),
    },
    {
      heading: 'Messages',
      found: (messages.data?.messages ?? []).map((message) => ({
        id: message._id,
        icon: MessageSquare,
        title: message.message.trim() || message.subject || 'A file',
        hint: `${contactOf(message)}, ${message.status}`,
        open: () => void navigate({ to: '/messages', search: { message: message._id } }),
      })),
    },
  ];
  return {
    groups: groups.filter(({ found }) => found.length > 0),
    isPending: text !== typed.trim() || queries.some((query) => query.isPending || query.isPlaceholderData),
    error: queries.find((query) => query.isError)?.error ?? null,
  };
}

/** The text as it was when nobody typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(setSettled, PAUSE_MS, text);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
