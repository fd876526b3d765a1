/** Which lines have to do with each other: they sit on one device, or one campaign sends from them. */

export interface SharedLines {
  lines: readonly { id: string; deviceId: string }[];
  /** Those that run. */
  campaigns: readonly { id: string; lineIds: readonly string[] }[];
}

/** Everything that what is sent from `lineIds` may have to wait for, or keep waiting, directly or through others. */
export function whatShares(
  lineIds: readonly string[],
  { lines, campaigns }: SharedLines,
): { lineIds: string[]; campaignIds: string[] } {
  const reached = new Set(lineIds);
  const devices = new Set<string>();
  const campaignIds = new Set<string>();
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const { id, deviceId } of lines) if (reached.has(id)) devices.add(deviceId);
    for (const { id, deviceId } of lines) if (devices.has(deviceId)) reached.add(id);
    for (const campaign of campaigns) {
      if (!campaign.lineIds.some((id) => reached.has(id))) continue;
      campaignIds.add(campaign.id);
      for (const id of campaign.lineIds) reached.add(id);
    }
  }
  return {
    lineIds: lines.map(({ id }) => id).filter((id) => reached.has(id)),
    campaignIds: [...campaignIds],
  };
}
