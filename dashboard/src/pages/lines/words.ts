/** Lines and what they are made of, in the words of the API and of people. */
import type { Line } from '@trunkline/sdk';

export type Transport = Line['transport'];

export const TRANSPORT_NAMES: Readonly<Record<Transport, string>> = {
  sandbox: 'simulated phones',
  relay: 'a Mac with the relay',
  bluebubbles: 'BlueBubbles',
  twilio: 'Twilio',
  smtp: 'a mail server',
};

export const TYPE_NAMES: Readonly<Record<Line['messageType'], string>> = {
  imessage: 'iMessage',
  sms: 'SMS',
  email: 'Email',
};

type Named = Pick<Line, 'firstName' | 'lastName' | 'phone' | 'email'>;

/** By which the recipient knows it. */
export function addressOf({ phone, email }: Named): string {
  return phone ?? email ?? '';
}

/** What it is called here; its address where it has no name. */
export function nameOf(line: Named): string {
  const name = [line.firstName, line.lastName].filter(Boolean).join(' ');
  return name === '' ? addressOf(line) : name;
}

/** What a line is, in one word and a tone. A line that is switched off is not sick. */
export function stateOf(line: Pick<Line, 'isActive' | 'healthCheck' | 'provisioningStatus' | 'deletedAt'>) {
  if (line.deletedAt !== null) return { word: 'deleted', tone: 'neutral' } as const;
  if (line.provisioningStatus === 'provisioning') return { word: 'provisioning', tone: 'warning' } as const;
  if (!line.isActive) return { word: 'switched off', tone: 'neutral' } as const;
  return line.healthCheck.status === 'healthy'
    ? ({ word: 'healthy', tone: 'success' } as const)
    : ({ word: 'down', tone: 'danger' } as const);
}

export const RISK_TONES = { low: 'success', medium: 'warning', high: 'danger' } as const;

/** Whether what was typed is a name or an address of the line. */
export function fits(line: Named, asked: string): boolean {
  const wanted = asked.trim().toLowerCase();
  return `${nameOf(line)} ${line.phone ?? ''} ${line.email ?? ''}`.toLowerCase().includes(wanted);
}
