import { expect, test } from 'vitest';
import { mapColumns } from './csv-columns.ts';

test.each([
  [
    ['First Name', 'LAST_NAME', 'E-Mail', 'Phone Number'],
    ['firstName', 'lastName', 'email', 'phone'],
  ],
  [
    ['Given name', 'surname', 'Email Address', 'Mobile'],
    ['firstName', 'lastName', 'email', 'phone'],
  ],
  [
    ['Phone', 'Mobile phone', 'Phone 2', 'Work phone', 'Home Phone'],
    ['phone', 'altPhone1', 'altPhone2', 'altPhone3', 'customFields.Home Phone'],
  ],
  [
    ['altPhone1', 'Mobile', 'phone'],
    ['altPhone1', 'altPhone2', 'phone'],
  ],
  [
    ['Work email', 'Personal e-mail'],
    ['email', 'altEmail1'],
  ],
  [
    ['Organization', 'Position', 'LinkedIn', 'Comments'],
    ['companyName', 'jobTitle', 'linkedinUrl', 'notes'],
  ],
  [
    ['_id', 'createdAt', '', 'customFields'],
    [null, null, null, 'customFields'],
  ],
  [
    ['Company', 'Account'],
    ['companyName', 'customFields.Account'],
  ],
  [
    ['Телефон', '__proto__', 'constructor'],
    ['customFields.Телефон', 'customFields.__proto__', 'customFields.constructor'],
  ],
])('%j', (headings, fields) => {
  expect(mapColumns(headings)).toEqual(fields);
});
