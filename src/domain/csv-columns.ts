/** What the columns of a file of contacts hold, by their headings: contract 3.2. */

/** Headings as people write them, without blanks, signs and case. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  firstName: ['firstname', 'first', 'givenname', 'forename', 'fname'],
  lastName: ['lastname', 'last', 'surname', 'familyname', 'lname'],
  companyName: ['companyname', 'company', 'organization', 'organisation', 'account', 'accountname'],
  jobTitle: ['jobtitle', 'title', 'position', 'role'],
  linkedinUrl: ['linkedinurl', 'linkedin', 'linkedinprofile', 'personlinkedinurl'],
  notes: ['notes', 'note', 'comments', 'comment'],
  externalId: ['externalid', 'crmid', 'recordid'],
  hsContactId: ['hscontactid', 'hubspotcontactid', 'hubspotid'],
  hsPortalId: ['hsportalid', 'hubspotportalid'],
  ghlContactId: ['ghlcontactid', 'highlevelcontactid'],
  ghlLocationId: ['ghllocationid', 'highlevellocationid'],
  contactOwnerEmail: ['contactowneremail', 'contactowner', 'owneremail'],
  tags: ['tags', 'tag', 'labels'],
  customFields: ['customfields'],
};

/** Of these a file may have several; the first is the primary one. */
const ADDRESSES = [
  {
    slots: ['phone', 'altPhone1', 'altPhone2', 'altPhone3'],
    heading:
      /^(?:alt|other|second|primary|main|mobile|cell|work|home|business|direct)?(?:phone|mobile|cell|tel|telephone|cellphone|mobilephone)(?:number|no)?\d?$/,
  },
  {
    slots: ['email', 'altEmail1', 'altEmail2', 'altEmail3'],
    heading: /^(?:alt|other|second|primary|main|work|home|business|personal)?(?:email|emailaddress|mail)\d?$/,
  },
] as const;

/** Of our own export: nothing that a caller sets. */
const OURS: ReadonlySet<string> = new Set([
  '_id',
  'listId',
  'source',
  'availabilityStatus',
  'optedOutAt',
  'createdAt',
  'updatedAt',
]);

/** For each heading the field it fills, `customFields.<heading>` where it names none of ours; null: left out. */
export function mapColumns(headings: readonly string[]): (string | null)[] {
  const taken = new Set<string>();
  // A column that bears the very name of a field has it, wherever it stands.
  const exact = headings.map((heading) => {
    const isField =
      Object.hasOwn(ALIASES, heading) ||
      ADDRESSES.some(({ slots }) => (slots as readonly string[]).includes(heading));
    return isField && take(taken, heading) ? heading : null;
  });
  return headings.map((heading, index) => {
    const known = exact[index] ?? null;
    if (known !== null) return known;
    if (heading === '' || OURS.has(heading)) return null;
    const bare = heading.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    return fieldOf(bare, taken) ?? `customFields.${heading}`;
  });
}

function fieldOf(bare: string, taken: Set<string>): string | null {
  for (const { slots, heading } of ADDRESSES)
    if (heading.test(bare)) return slots.find((slot) => take(taken, slot)) ?? null;
  const [field] = Object.entries(ALIASES).find(([, names]) => names.includes(bare)) ?? [];
  return field !== undefined && take(taken, field) ? field : null;
}

function take(taken: Set<string>, field: string): boolean {
  if (taken.has(field)) return false;
  taken.add(field);
  return true;
}
