export type Role = 'owner' | 'admin' | 'member' | 'viewer';

export const ROLES: readonly { role: Role; may: string }[] = [
  { role: 'viewer', may: 'reads everything but the audit log' },
  { role: 'member', may: 'also sends, and works on leads and campaigns' },
  { role: 'admin', may: 'also changes lines, keys, webhooks, members and settings' },
  { role: 'owner', may: 'also makes and removes owners' },
];
