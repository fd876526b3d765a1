import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface LanguageAuditRow {
  allowedPhrases: string[];
  blockedPhrases: string[];
  customInstructions: string;
}

const FIND_LANGUAGE_AUDIT = statement(
  'find_language_audit',
  `SELECT allowed_phrases AS "allowedPhrases", blocked_phrases AS "blockedPhrases", custom_instructions AS "customInstructions"
   FROM language_audits WHERE workspace_id = $1`,
);

export async function findLanguageAudit(sql: Sql, workspaceId: string): Promise<LanguageAuditRow> {
  const [row] = await sql.query<LanguageAuditRow>(FIND_LANGUAGE_AUDIT, [workspaceId]);
  return row ?? { allowedPhrases: [], blockedPhrases: [], customInstructions: '' };
}

const STORE_LANGUAGE_AUDIT = statement(
  'store_language_audit',
  `INSERT INTO language_audits (workspace_id, allowed_phrases, blocked_phrases, custom_instructions, updated_at)
   VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (workspace_id) DO UPDATE SET allowed_phrases = excluded.allowed_phrases,
     blocked_phrases = excluded.blocked_phrases, custom_instructions = excluded.custom_instructions, updated_at = excluded.updated_at`,
);

export async function storeLanguageAudit(
  tx: Sql,
  workspaceId: string,
  { allowedPhrases, blockedPhrases, customInstructions }: LanguageAuditRow,
  now: number,
): Promise<void> {
  await tx.query(STORE_LANGUAGE_AUDIT, [
    workspaceId,
    allowedPhrases,
    blockedPhrases,
    customInstructions,
    toIso(now),
  ]);
}
