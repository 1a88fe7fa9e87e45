import { createHash } from 'node:crypto';

const PLAIN = /^[A-Z0-9][A-Z0-9_-]{0,99}$/;

/**
 * Encodes any string as one path component of a ref name. Usual ids stay as they are (PAR-001). Every other id
 * becomes `<readable part>.<128 bits of its SHA-256>`. A plain id contains no dot, so the two forms never collide.
 * The hash is of the exact id, so ids that differ only in case stay distinct on file systems that ignore case.
 */
export function encodeRefComponent(id: string): string {
  if (PLAIN.test(id)) return id;
  const readable = id
    .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^[-_]+/, '')
    .slice(0, 80);
  // UTF-16 keeps ids with lone surrogates apart, which UTF-8 would map to the same replacement character.
  const hash = createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex').slice(0, 32);
  return `${readable === '' ? 'id' : readable}.${hash}`;
}
