/** Everything that is served, in the order openapi.json prints it. */
import type { Route } from './route.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { availabilityRoutes } from './routes/availability.ts';
import { campaignPageRoutes } from './routes/campaign-pages.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { deviceRoutes } from './routes/devices.ts';
import { dncRoutes } from './routes/dnc.ts';
import { dormantRoutes } from './routes/dormant.ts';
import { gestureRoutes } from './routes/gestures.ts';
import { hookRoutes } from './routes/hooks.ts';
import { languageAuditRoutes } from './routes/language-audit.ts';
import { leadSheetRoutes } from './routes/lead-sheet.ts';
import { leadRoutes } from './routes/leads.ts';
import { lineRequestRoutes } from './routes/line-requests.ts';
import { lineRoutes } from './routes/lines.ts';
import { listRoutes } from './routes/lists.ts';
import { messageRoutes } from './routes/messages.ts';
import { nowRoutes } from './routes/now.ts';
import { documentRoute, operationRoutes } from './routes/operations.ts';
import { peopleRoutes } from './routes/people.ts';
import { referenceRoutes } from './routes/reference.ts';
import { relayRoutes } from './routes/relay.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { sendblueRoutes } from './routes/sendblue.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { simulationRoutes } from './routes/simulations.ts';
import { twilioRoutes } from './routes/twilio.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workspaceRoutes } from './routes/workspace.ts';

export const routes: readonly Route[] = [
  ...messageRoutes,
  ...gestureRoutes,
  ...conversationRoutes,
  ...dormantRoutes,
  ...dncRoutes,
  ...attachmentRoutes,
  ...lineRoutes,
  ...deviceRoutes,
  ...lineRequestRoutes,
  ...leadRoutes,
  ...leadSheetRoutes,
  ...listRoutes,
  ...availabilityRoutes,
  ...campaignRoutes,
  ...campaignPageRoutes,
  ...simulationRoutes,
  ...webhookRoutes,
  ...nowRoutes,
  ...analyticsRoutes,
  ...workspaceRoutes,
  ...languageAuditRoutes,
  ...auditLogRoutes,
  ...apiKeyRoutes,
  ...peopleRoutes,
  ...signInRoutes,
  ...twilioRoutes,
  ...sendblueRoutes,
  ...sandboxRoutes,
  ...relayRoutes,
  ...hookRoutes,
  ...unsubscribeRoutes,
  ...operationRoutes,
  ...referenceRoutes,
  documentRoute(() => routes),
];
