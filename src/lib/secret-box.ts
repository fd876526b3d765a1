/** Secrets at rest: AES-256-GCM, a fresh nonce each, bound to the place they belong to so that they can't be swapped. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

export interface SecretBox {
  /** `context` names the owner, e.g. `line:<workspaceId>:<lineId>`; opening needs the same one. */
  seal(secret: string, context: string): Buffer;
  open(box: Buffer, context: string): string;
  /** Proof that we made `text`, for addresses whoever knows them may call: 128 bits as 22 characters of base64url. */
  sign(text: string, context: string): string;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 16;
export const SECRET_KEY_BYTES = 32;

export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== SECRET_KEY_BYTES)
    throw new Error(`the secret key must be ${SECRET_KEY_BYTES} bytes long`);
  return {
    seal(secret, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
    },
    open(box, context) {
      if (box[0] !== VERSION) throw new Error('sealed by an unknown version');
      const nonce = box.subarray(1, 1 + NONCE_BYTES);
      const tag = box.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
      // Without the length a forged box could bring a tag so short that it can be guessed.
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      const opened = Buffer.concat([
        decipher.update(box.subarray(1 + NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return opened.toString('utf8');
    },
    sign(text, context) {
      // A key of its own for each purpose, so that what is signed for one proves nothing for another.
      const own = createHmac('sha256', key).update(`sign:${context}`).digest();
      return createHmac('sha256', own)
        .update(text)
        .digest()
        .subarray(0, SIGNATURE_BYTES)
        .toString('base64url');
    },
  };
}
