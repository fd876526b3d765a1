/** Leads in words. */
import type { Lead } from '@trunkline/sdk';
import type { Tone } from '../../ui/badge.tsx';

export function nameOf({ firstName, lastName, phone, email }: Lead): string {
  return [firstName, lastName].filter(Boolean).join(' ') || phone || email || 'Nobody';
}

/** `altPhone1` → `Alt phone 1`. */
export function fieldLabel(field: string): string {
  const special: Record<string, string> = {
    linkedinUrl: 'LinkedIn',
    externalId: 'External id',
    hsContactId: 'HubSpot contact',
    hsPortalId: 'HubSpot portal',
    ghlContactId: 'HighLevel contact',
    ghlLocationId: 'HighLevel location',
    contactOwnerEmail: 'Owner’s email',
  };
  const known = special[field];
  if (known !== undefined) return known;
  const words = field.replace(/([A-Z]|\d+)/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const AVAILABILITY: Readonly<Record<string, { title: string; tone: Tone }>> = {
  available: { title: 'available', tone: 'success' },
  unavailable: { title: 'unavailable', tone: 'neutral' },
  error: { title: 'check failed', tone: 'warning' },
  unknown: { title: 'not checked', tone: 'neutral' },
};

/** In pieces of this many, in order. */
export function inPieces<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** "a, b" → each once. */
export function readTags(text: string): string[] {
  return [...new Set(text.split(/[,;]/).map((tag) => tag.trim()))].filter((tag) => tag !== '');
}
