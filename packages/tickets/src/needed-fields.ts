import * as z from 'zod';

export const TICKET_STATES = ['UNPROCESSED', 'IN_PROGRESS', 'COMPLETED', 'DEFERRED'] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** The fields that decide the plan. They are read strictly, all others leniently. */
export interface NeededFields {
  readonly id: string;
  readonly state: TicketState;
  readonly dependencies?: string[] | null | undefined;
  readonly parent?: string | null | undefined;
  readonly children?: string[] | null | undefined;
}

const ids = z.array(z.string()).nullish();
const schema = z.object({
  id: z.string(),
  state: z.enum(TICKET_STATES),
  dependencies: ids,
  parent: z.string().nullish(),
  children: ids,
});

/** The fields of a ticket, or its faults. */
export function readNeededFields(
  raw: Readonly<Record<string, unknown>>,
): { readonly fields: NeededFields } | { readonly issues: readonly z.core.$ZodIssue[] } {
  if (isSound(raw)) return { fields: raw };
  const { success, data, error } = schema.safeParse(raw);
  return success ? { fields: data } : { issues: error.issues };
}

const STATES: ReadonlySet<unknown> = new Set(TICKET_STATES);

/**
 * A fast check that nearly every ticket passes. The schema is much slower, and is needed only to say what is wrong.
 */
function isSound(
  raw: Readonly<Record<string, unknown>>,
): raw is Readonly<Record<string, unknown>> & NeededFields {
  return (
    typeof raw['id'] === 'string' &&
    STATES.has(raw['state']) &&
    isListOfIds(raw['dependencies']) &&
    isListOfIds(raw['children']) &&
    isTextOrNone(raw['parent'])
  );
}

function isListOfIds(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  for (let at = 0; at < value.length; at++) if (typeof value[at] !== 'string') return false;
  return true;
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}
