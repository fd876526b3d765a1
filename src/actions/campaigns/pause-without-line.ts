import type { CampaignRow } from '../../store/campaigns/campaigns.ts';

/** Until somebody resumes it (contract 6). Who is due stays due. */
export function pauseWithoutLine(campaign: CampaignRow, now: number): void {
  Object.assign(campaign, {
    status: 'paused',
    pauseReason: 'no_line',
    pausedAt: now,
    updatedAt: now,
    lookAt: null,
  });
}
