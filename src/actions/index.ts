/** Everything the HTTP routes can ask for, by name. */
import { acceptMessage } from './accept-message.ts';
import { openFile, uploadAttachment } from './attachment-files.ts';
import { listAuditLog } from './audit-log.ts';
import { getAvailabilityJob } from './availability-jobs.ts';
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
import { cancelMessages } from './cancel-many.ts';
import { cancelForLead, cancelMessage } from './cancel-messages.ts';
import { deleteLeads, updateLead } from './change-leads.ts';
import { changeLeads } from './change-many-leads.ts';
import { checkAddress, checkAddresses, checkLead, checkLeads, reachContact } from './check-availability.ts';
import { checkReady } from './check-ready.ts';
import { checkNewLine, checkStoredLine } from './check-setup.ts';
import { checkWebhook } from './check-webhook.ts';
import { deleteLine } from './delete-line.ts';
import { scanDormant, wakeDormant } from './dormant-conversations.ts';
import { dryRunMessage } from './dry-run-message.ts';
import { editMessage } from './edit-message.ts';
import { explainMessage } from './explain-message.ts';
import { exportLeads } from './export-leads.ts';
import { getFallbackConfig, updateFallbackConfig } from './fallback-config.ts';
import { forecastLine } from './forecast-line.ts';
import { getLanguageAudit, updateLanguageAudit } from './language-audit.ts';
import { readLineActivity, readLineHealth, readLineQueues } from './line-insight.ts';
import { listenLive } from './live-watch.ts';
import { react, showTyping } from './make-gesture.ts';
import { createApiKey, listApiKeys, removeApiKey, renameApiKey } from './manage-api-keys.ts';
import { addDnc, listDnc, readDncHistory, removeDnc } from './manage-dnc.ts';
import { createLine, getLine, listLines, updateLine } from './manage-lines.ts';
import { createList, deleteList, getList, listLists, updateList } from './manage-lists.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from './manage-webhooks.ts';
import { getWorkspace, updateWorkspace } from './manage-workspace.ts';
import { checkLine, monitorLines } from './monitor-lines.ts';
import { createPairingCode, pairDevice } from './pair-device.ts';
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
import { readAnalytics } from './read-analytics.ts';
import { readFeed } from './read-feed.ts';
import { listConversations, readConversation, unreadConversation } from './read-inbox.ts';
import { getLead, listLeads } from './read-leads.ts';
import { getMessage, getTimeline, listMessages } from './read-messages.ts';
import { readNow } from './read-now.ts';
import { listReplies } from './read-replies.ts';
import { readSandboxPhone } from './read-sandbox-phone.ts';
import { getConversation } from './read-thread.ts';
import { receiveHook } from './receive-hook.ts';
import { listRelayDevices, revokeRelayDevice } from './relay-devices.ts';
import { listDeliveries, replayDelivery, replaySince } from './replay-webhooks.ts';
import { getLineRequest, requestLine, steerLineRequest } from './request-line.ts';
import { retryMessage } from './retry-message.ts';
import { dryRunLeads, saveLeads } from './save-leads.ts';
import { sendBySendblue } from './sendblue-door.ts';
import {
  answerDevice,
  jobsOf,
  linesWanted,
  noteSeen,
  openJobFile,
  revokedAmong,
  takeFilePiece,
} from './serve-device.ts';
import { listTags } from './tag-counts.ts';
import { cancelByTwilio, getByTwilio, getTwilioAccount, listByTwilio, sendByTwilio } from './twilio-door.ts';
import { readUnsubscribeLink, unsubscribeByLink } from './unsubscribe-by-link.ts';

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
