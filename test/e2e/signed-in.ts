/** A browser in which somebody is signed in already, for stories that begin behind the door. */
import type { Browser, BrowserContext } from 'playwright-core';
import type { Person } from '../people.ts';
import { WIDE } from './browser.ts';

export async function openContext(browser: Browser, url: string): Promise<BrowserContext> {
  return browser.newContext({ baseURL: url, viewport: WIDE, locale: 'en-GB', timezoneId: 'UTC' });
}

export async function openContextOf(browser: Browser, url: string, person: Person): Promise<BrowserContext> {
  const context = await openContext(browser, url);
  const cookies = [...person.cookies].map(([name, value]) => ({ name, value, url }));
  await context.addCookies(cookies);
  return context;
}
