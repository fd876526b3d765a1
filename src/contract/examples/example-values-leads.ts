/** What fields of answers about leads, lists and opt-outs look like in openapi.json: see example-values.ts. */
const LEAD = '0199c2f07a3b00010c9b2d4e';
const LINE = '0199c2f07a3b00030c9b2d4e';
const PHONE = '+12025550100';
const LINE_PHONE = '+12025550143';
const AT = '2026-11-24T09:30:00.000Z';

export const LEAD_EXAMPLE_VALUES: Readonly<Record<string, unknown>> = {
  savedCount: 1,
  deletedCount: 1,
  leadCount: 1,
  headers: ['First name', 'Phone'],
  fields: ['firstName', 'phone'],
  'CsvPreviewAnswer.mapping': { 'First name': 'firstName', Phone: 'phone' },
  'CsvPreviewAnswer.delimiter': ',',
  'CsvPreviewAnswer.encoding': 'UTF-8',
  'CsvPreviewAnswer.rows': [['Ada', PHONE]],
  'CsvCheckedAnswer.mapping': { 'First name': 'firstName', Phone: 'phone' },
  'CsvCheckedAnswer.totalRows': 2,
  'CsvCheckedAnswer.newCount': 1,
  'CsvCheckedAnswer.badRows': [
    {
      index: 1,
      line: 3,
      param: 'phone',
      error: 'phone must be a phone number in E.164 format, like +12025550100',
    },
  ],

  source: 'api',
  'List.name': 'Spring',
  'List.description': 'Asked for a quote in spring',
  'LeadAddress.availability': 'available',
  'LeadAddress.checkedAt': AT,
  'LeadAddress.isFresh': true,
  'LeadAddress._id': LINE,
  'LeadAddress.line': { _id: LINE, address: LINE_PHONE, transport: 'relay' },
  'LeadAddress.transport': 'relay',
  'TagsAnswer.tag': 'spring',
  'ChangedLeadsAnswer.changedCount': 1,
  'LeadCampaignsAnswer.campaignName': 'Spring',
  input: { firstName: 'Ada', phone: PHONE },

  'DncEntry.reason': 'manual',
  'DncEntry.channel': 'all',
  'DncEntry.leadId': LEAD,
  'DncEntryAnswer.enteredCount': 1,
  'DncLedgerEntry.source': 'words',
  'DncLedgerEntry.words': 'STOP',
  'DncLedgerEntry.channel': 'all',
  'DncLedgerEntry.leadId': LEAD,
};
