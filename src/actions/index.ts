/** Everything the HTTP routes can ask for, by name. */

import { listAuditLog } from './access/audit-log.ts';
import { createApiKey, listApiKeys, removeApiKey, renameApiKey } from './access/manage-api-keys.ts';
import { openFile, uploadAttachment } from './attachments/attachment-files.ts';
import { getAvailabilityJob } from './availability/availability-jobs.ts';
import {
  checkAddress,
  checkAddresses,
  checkLead,
  checkLeads,
  reachContact,
} from './availability/check-availability.ts';
import { addListToCampaign } from './campaigns/add-list.ts';
import { listCampaignLeads, stopCampaignLead } from './campaigns/campaign-leads.ts';
import { checkCampaignChanges } from './campaigns/check-changes.ts';
import { readCampaignAudience } from './campaigns/count-audience.ts';
import { duplicateCampaign } from './campaigns/duplicate-campaign.ts';
import { enterLead } from './campaigns/enter-lead.ts';
import { evaluateConditions } from './campaigns/evaluate-conditions.ts';
import { listLeadCampaigns } from './campaigns/lead-campaigns.ts';
import {
  createCampaign,
  deleteCampaign,
  getCampaign,
  listCampaigns,
  updateCampaign,
} from './campaigns/manage-campaigns.ts';
import { readCampaignAnalytics } from './campaigns/read-campaign-analytics.ts';
import { readCampaignProgress } from './campaigns/read-campaign-progress.ts';
import { listSimulations, readSimulationCalendar } from './campaigns/read-simulations.ts';
import {
  deleteSimulation,
  getSimulation,
  listSimulated,
  simulateCampaign,
} from './campaigns/simulate-campaign.ts';
import { steerCampaign } from './campaigns/steer-campaigns.ts';
import { checkReady } from './check-ready.ts';
import { scanDormant, wakeDormant } from './conversations/dormant-conversations.ts';
import { react, showTyping } from './conversations/make-gesture.ts';
import { listConversations, readConversation, unreadConversation } from './conversations/read-inbox.ts';
import { listReplies } from './conversations/read-replies.ts';
import { getConversation } from './conversations/read-thread.ts';
import { createPairingCode, pairDevice } from './devices/pair-device.ts';
import { listRelayDevices, revokeRelayDevice } from './devices/relay-devices.ts';
import {
  answerDevice,
  jobsOf,
  linesWanted,
  noteSeen,
  openJobFile,
  revokedAmong,
  takeFilePiece,
} from './devices/serve-device.ts';
import { sendBySendblue } from './doors/sendblue-door.ts';
import {
  cancelByTwilio,
  getByTwilio,
  getTwilioAccount,
  listByTwilio,
  sendByTwilio,
} from './doors/twilio-door.ts';
import { deleteLeads, updateLead } from './leads/change-leads.ts';
import { changeLeads } from './leads/change-many-leads.ts';
import { exportLeads } from './leads/export-leads.ts';
import { createList, deleteList, getList, listLists, updateList } from './leads/manage-lists.ts';
import { getLead, listLeads } from './leads/read-leads.ts';
import { dryRunLeads, saveLeads } from './leads/save-leads.ts';
import { listTags } from './leads/tag-counts.ts';
import { checkNewLine, checkStoredLine } from './lines/check-setup.ts';
import { deleteLine } from './lines/delete-line.ts';
import { getFallbackConfig, updateFallbackConfig } from './lines/fallback-config.ts';
import { forecastLine } from './lines/forecast-line.ts';
import { readLineActivity, readLineHealth, readLineQueues } from './lines/line-insight.ts';
import { createLine, getLine, listLines, updateLine } from './lines/manage-lines.ts';
import { checkLine, monitorLines } from './lines/monitor-lines.ts';
import { getLineRequest, requestLine, steerLineRequest } from './lines/request-line.ts';
import { acceptMessage } from './messages/accept-message.ts';
import { cancelMessages } from './messages/cancel-many.ts';
import { cancelForLead, cancelMessage } from './messages/cancel-messages.ts';
import { dryRunMessage } from './messages/dry-run-message.ts';
import { editMessage } from './messages/edit-message.ts';
import { explainMessage } from './messages/explain-message.ts';
import { getMessage, getTimeline, listMessages } from './messages/read-messages.ts';
import { retryMessage } from './messages/retry-message.ts';
import { receiveHook } from './news/receive-hook.ts';
import { listenLive } from './now/live-watch.ts';
import { readNow } from './now/read-now.ts';
import { addDnc, listDnc, readDncHistory, removeDnc } from './opt-outs/manage-dnc.ts';
import { readUnsubscribeLink, unsubscribeByLink } from './opt-outs/unsubscribe-by-link.ts';
import { acceptInvitation, isSetupNeeded, lookAtInvitation, setUp } from './people/join.ts';
import {
  getMe,
  invite,
  listInvitations,
  listMembers,
  removeMember,
  updateMember,
  withdrawInvitation,
} from './people/manage-members.ts';
import {
  beginCodes,
  changePassword,
  endCodes,
  endOtherSessions,
  enterCode,
  newBackupCodes,
  renamePerson,
  renewSession,
  signIn,
  signOut,
} from './people/person-calls.ts';
import { checkWebhook } from './webhooks/check-webhook.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from './webhooks/manage-webhooks.ts';
import { readFeed } from './webhooks/read-feed.ts';
import { listDeliveries, replayDelivery, replaySince } from './webhooks/replay-webhooks.ts';
import { getLanguageAudit, updateLanguageAudit } from './workspace/language-audit.ts';
import { getWorkspace, updateWorkspace } from './workspace/manage-workspace.ts';
import { readAnalytics } from './workspace/read-analytics.ts';
import { readSandboxPhone } from './workspace/read-sandbox-phone.ts';

export const actions = {
  acceptMessage,
  dryRunMessage,
  listMessages,
  getMessage,
  getTimeline,
  explainMessage,
  editMessage,
  cancelMessage,
  cancelForLead,
  cancelMessages,
  retryMessage,
  react,
  showTyping,
  listDnc,
  readDncHistory,
  addDnc,
  removeDnc,
  listConversations,
  readConversation,
  unreadConversation,
  getConversation,
  listReplies,
  uploadAttachment,
  openFile,
  listLines,
  getLine,
  createLine,
  updateLine,
  deleteLine,
  checkNewLine,
  checkStoredLine,
  readLineActivity,
  readLineHealth,
  readLineQueues,
  forecastLine,
  monitorLines,
  checkLine,
  checkAddress,
  checkAddresses,
  reachContact,
  checkLead,
  checkLeads,
  getAvailabilityJob,
  listAuditLog,
  scanDormant,
  wakeDormant,
  getLanguageAudit,
  updateLanguageAudit,
  readNow,
  listenLive,
  readAnalytics,
  getLead,
  listLeads,
  saveLeads,
  dryRunLeads,
  updateLead,
  deleteLeads,
  changeLeads,
  listTags,
  listLeadCampaigns,
  exportLeads,
  listLists,
  getList,
  createList,
  updateList,
  deleteList,
  listCampaigns,
  getCampaign,
  createCampaign,
  updateCampaign,
  deleteCampaign,
  steerCampaign,
  readCampaignAnalytics,
  readCampaignProgress,
  readCampaignAudience,
  checkCampaignChanges,
  duplicateCampaign,
  addListToCampaign,
  listSimulations,
  readSimulationCalendar,
  listCampaignLeads,
  stopCampaignLead,
  simulateCampaign,
  getSimulation,
  deleteSimulation,
  listSimulated,
  enterLead,
  evaluateConditions,
  getWorkspace,
  updateWorkspace,
  listApiKeys,
  createApiKey,
  renameApiKey,
  removeApiKey,
  getMe,
  isSetupNeeded,
  setUp,
  listMembers,
  updateMember,
  removeMember,
  listInvitations,
  invite,
  withdrawInvitation,
  lookAtInvitation,
  acceptInvitation,
  signIn,
  enterCode,
  signOut,
  endOtherSessions,
  renamePerson,
  changePassword,
  beginCodes,
  endCodes,
  newBackupCodes,
  renewSession,
  requestLine,
  getLineRequest,
  steerLineRequest,
  sendByTwilio,
  listByTwilio,
  getByTwilio,
  cancelByTwilio,
  getTwilioAccount,
  sendBySendblue,
  getFallbackConfig,
  updateFallbackConfig,
  readSandboxPhone,
  listWebhooks,
  getWebhook,
  createWebhook,
  updateWebhook,
  deleteWebhook,
  rotateSecret,
  checkWebhook,
  listDeliveries,
  replayDelivery,
  replaySince,
  readFeed,
  receiveHook,
  createPairingCode,
  listRelayDevices,
  revokeRelayDevice,
  pairDevice,
  answerDevice,
  jobsOf,
  takeFilePiece,
  openJobFile,
  noteSeen,
  linesWanted,
  revokedAmong,
  readUnsubscribeLink,
  unsubscribeByLink,
  checkReady,
};
