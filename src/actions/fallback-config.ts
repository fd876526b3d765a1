/** Where fallback SMS leave from (D37). For now: an SMS line of the workspace. */

import type { FallbackConfig, UpdateFallbackConfig } from '../contract/fallback-config.ts';
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { updateFallback } from '../store/workspaces.ts';
import type { Caller } from './authenticate.ts';
import { refuseReadOnly } from './read-only.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

export async function getFallbackConfig(deps: Deps, { workspaceId }: Caller): Promise<FallbackConfig> {
  const snapshot = await deps.snapshots.reload(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  return present(snapshot);
}

export async function updateFallbackConfig(
  deps: Deps,
  caller: Caller,
  changes: UpdateFallbackConfig,
): Promise<FallbackConfig> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const snapshot = await deps.snapshots.reload(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { workspace } = snapshot;
  const provider = changes.provider === undefined ? workspace.fallbackProvider : changes.provider;
  // Nothing could be switched on: an answer of 200 would leave somebody waiting for SMS that never go.
  if (provider === null && (changes.enabled === true || typeof changes.lineId === 'string'))
    throw problem('FALLBACK_NOT_CONFIGURED', {
      param: 'provider',
      error: 'Fallback SMS is not configured: enabled and lineId need a provider',
    });
  const lineId = provider === null ? null : pickLine(snapshot, changes.lineId);
  const enabled =
    provider !== null && (changes.enabled ?? (workspace.fallbackEnabled || changes.provider !== undefined));
  const settings = {
    fallbackProvider: provider,
    fallbackLineId: lineId,
    fallbackEnabled: enabled,
    fallbackAttachmentLinks: changes.attachmentLinks ?? workspace.fallbackAttachmentLinks,
    sendFallbackSmsOnFailed: changes.sendFallbackSmsOnFailed ?? workspace.sendFallbackSmsOnFailed,
  };
  if (settings.sendFallbackSmsOnFailed && !enabled)
    throw problem('FALLBACK_NOT_CONFIGURED', { param: 'sendFallbackSmsOnFailed' });
  await updateFallback(deps.database, workspaceId, settings, deps.clock.now());
  deps.snapshots.forget(workspaceId);
  return getFallbackConfig(deps, caller);
}

/** The line named; else the one already configured; else the workspace's only SMS line. */
function pickLine({ lines, workspace }: WorkspaceSnapshot, given: string | null | undefined): string {
  const smsLines = lines.filter((line) => line.messageType === 'sms');
  const wanted = given ?? workspace.fallbackLineId;
  if (wanted !== null) {
    const line = lines.find((each) => each.id === wanted);
    if (line === undefined) throw problem('LINE_NOT_FOUND', { param: 'lineId' });
    if (line.messageType !== 'sms') {
      throw problem('LINE_WRONG_CHANNEL', { param: 'lineId', reason: `the line sends ${line.messageType}` });
    }
    return line.id;
  }
  const [only, ...more] = smsLines;
  if (only === undefined || more.length > 0) {
    throw problem('INVALID_FIELD', {
      param: 'lineId',
      error: 'lineId must name one of the SMS lines of the workspace',
    });
  }
  return only.id;
}

function present({ workspace, fallbackLine }: WorkspaceSnapshot): FallbackConfig {
  return {
    configured: fallbackLine?.isActive === true,
    provider: workspace.fallbackProvider === 'sandbox' ? 'sandbox' : null,
    lineId: workspace.fallbackLineId,
    enabled: workspace.fallbackEnabled,
    attachmentLinks: workspace.fallbackAttachmentLinks,
    sendFallbackSmsOnFailed: workspace.sendFallbackSmsOnFailed,
  };
}
