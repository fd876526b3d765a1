import type { CsvPreviewAnswer } from '@trunkline/sdk';
import { Field, Select } from '../../../ui/field.tsx';
import { ScrollBox } from '../scroll-box.tsx';
import { fieldLabel } from '../words.ts';

const SHOWN_ROWS = 3;

export function ColumnsTable({
  answer: { headers, rows, fields },
  mapping,
  onChange,
}: {
  answer: CsvPreviewAnswer;
  mapping: Readonly<Record<string, string | null>>;
  onChange(mapping: Record<string, string | null>): void;
}) {
  const choices = fields.filter((field) => field !== 'customFields');
  return (
    <ScrollBox label="Columns of the file">
      <table className="w-full min-w-xl text-left">
        <caption className="sr-only">What each column of the file is</caption>
        <thead>
          <tr className="border-b text-xs text-muted-foreground">
            <th scope="col" className="px-3 py-2 font-medium">
              Heading
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              First rows
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              Becomes
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {headers.map((heading, index) => (
            <tr key={heading}>
              <th scope="row" className="max-w-40 truncate px-3 py-2 font-medium">
                {heading}
              </th>
              <td className="max-w-64 truncate px-3 py-2 text-muted-foreground">
                {rows
                  .slice(0, SHOWN_ROWS)
                  .map((row) => row[index])
                  .filter(Boolean)
                  .join(' · ') || '–'}
              </td>
              <td className="w-60 px-3 py-2">
                <Field label={`${heading} becomes`} hideLabel>
                  <Select
                    value={mapping[heading] ?? ''}
                    onChange={({ target }) => onChange({ ...mapping, [heading]: target.value || null })}
                  >
                    <option value="">left out</option>
                    <option value={`customFields.${heading}`}>{`custom field “${heading}”`}</option>
                    {choices.map((field) => (
                      <option key={field} value={field}>
                        {fieldLabel(field)}
                      </option>
                    ))}
                  </Select>
                </Field>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
