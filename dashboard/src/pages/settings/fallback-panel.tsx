import { useQueryClient } from '@tanstack/react-query';
import type { FallbackConfig, Line, UpdateFallbackConfigBody } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';
import { Loaded } from './loaded.tsx';

const QUERY = ['settings', 'fallback'];

export function FallbackPanel() {
  return (
    <Loaded
      queryKey={QUERY}
      read={async () => {
        const [config, { lines }] = await Promise.all([api.getFallbackConfig(), api.listLines()]);
        return { config, lines };
      }}
    >
      {({ config, lines }) => <FallbackCard config={config} lines={lines} />}
    </Loaded>
  );
}

type Provider = 'sandbox' | 'twilio';

function FallbackCard({ config, lines }: { config: FallbackConfig; lines: readonly Line[] }) {
  const client = useQueryClient();
  const [provider, setProvider] = useState<Provider>(config.provider ?? 'twilio');
  const [enabled, setEnabled] = useState(config.enabled || config.provider === null);
  const [attachmentLinks, setLinks] = useState(config.attachmentLinks);
  const [onFailed, setOnFailed] = useState(config.sendFallbackSmsOnFailed);
  const [verify, setVerify] = useState(true);
  const smsLines = lines.filter((line) => line.messageType === 'sms' && line.transport === 'sandbox');
  const save = (field: (name: string) => string) => {
    const common = { provider, enabled, attachmentLinks, sendFallbackSmsOnFailed: onFailed };
    const body: UpdateFallbackConfigBody =
      provider === 'sandbox'
        ? { ...common, lineId: field('lineId') }
        : {
            ...common,
            verify,
            accountSid: field('accountSid'),
            fromNumber: field('fromNumber') || null,
            messagingServiceSid: field('messagingServiceSid') || null,
            ...(field('authToken') === '' ? {} : { authToken: field('authToken') }),
          };
    return api.updateFallbackConfig({ body });
  };
  return (
    <Card
      title="Fallback SMS"
      className="max-w-2xl"
      actions={
        config.configured ? (
          <Badge tone="success">ready</Badge>
        ) : (
          <Badge tone="warning">no fallback SMS would go</Badge>
        )
      }
    >
      <p className="mb-4 text-muted-foreground">
        When an iMessage can’t be delivered to any address of a contact, an SMS takes its place.
      </p>
      <SettingsForm
        action={provider === 'twilio' && verify ? 'Save and check with Twilio' : 'Save'}
        done="Fallback SMS is saved"
        save={save}
        onSaved={() => void client.invalidateQueries({ queryKey: QUERY })}
      >
        <Checkbox
          label="Send a fallback SMS"
          checked={enabled}
          onCheckedChange={(checked) => setEnabled(checked === true)}
        />
        <Field label="By">
          <Select value={provider} onChange={({ target }) => setProvider(target.value as Provider)}>
            <option value="twilio">Twilio</option>
            <option value="sandbox">A simulated phone</option>
          </Select>
        </Field>
        {provider === 'sandbox' ? (
          <Field
            label="Line"
            hint={
              smsLines.length === 0 ? 'There is no simulated SMS line yet: add one under Lines.' : undefined
            }
          >
            <Select name="lineId" defaultValue={config.lineId ?? undefined} required>
              {smsLines.map((line) => (
                <option key={line._id} value={line._id}>
                  {[line.firstName, line.phone].filter(Boolean).join(', ')}
                </option>
              ))}
            </Select>
          </Field>
        ) : (
          <TwilioFields config={config} />
        )}
        <Checkbox
          label="Attachments become links in the SMS (otherwise they are left out)"
          checked={attachmentLinks}
          onCheckedChange={(checked) => setLinks(checked === true)}
        />
        <Checkbox
          label="Also when a message failed for another reason"
          checked={onFailed}
          onCheckedChange={(checked) => setOnFailed(checked === true)}
        />
        {provider === 'twilio' && (
          <Checkbox
            label="Ask Twilio whether it is all true before saving"
            checked={verify}
            onCheckedChange={(checked) => setVerify(checked === true)}
          />
        )}
      </SettingsForm>
    </Card>
  );
}

function TwilioFields({ config }: { config: FallbackConfig }) {
  return (
    <>
      <Field label="Account SID">
        <Input
          name="accountSid"
          defaultValue={config.accountSid ?? ''}
          placeholder="AC…"
          autoComplete="off"
          required
        />
      </Field>
      <Field
        label="Auth token"
        hint={
          config.authTokenSet ? 'One is kept. Leave this empty to keep it.' : 'Kept encrypted, never shown.'
        }
      >
        <Input name="authToken" type="password" autoComplete="off" required={!config.authTokenSet} />
      </Field>
      <Field label="Number" hint="Of the account, like +12025550143. Or leave it to a Messaging Service.">
        <Input name="fromNumber" type="tel" defaultValue={config.fromNumber ?? ''} autoComplete="off" />
      </Field>
      <Field label="Messaging Service SID">
        <Input
          name="messagingServiceSid"
          defaultValue={config.messagingServiceSid ?? ''}
          placeholder="MG…"
          autoComplete="off"
        />
      </Field>
      {config.inboundUrl !== null && (
        <div>
          <p className="font-medium">At Twilio, for “A message comes in” (HTTP POST)</p>
          <p className="flex items-center gap-1">
            <code className="min-w-0 break-all">{config.inboundUrl}</code>
            <CopyButton text={config.inboundUrl} what="the address for Twilio" />
          </p>
        </div>
      )}
    </>
  );
}
