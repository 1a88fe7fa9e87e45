import { retryAfter } from './retry-after.ts';

export interface AgentProblem {
  /**
   * The cause. `rate-limit`: a limit or an overload, which is temporary. `account`: refused until a person acts
   * (credentials, credit, an unavailable model). `machine`: disk, files, network. `failure`: anything else.
   */
  readonly kind: 'rate-limit' | 'account' | 'machine' | 'failure';
  readonly message: string;
  /** How long the account asks to wait, in milliseconds. */
  readonly retryAfter?: number;
}

/** Error identifiers of model APIs and of the programs that call them. */
const CODES: readonly (readonly [kind: AgentProblem['kind'], codes: ReadonlySet<string>])[] = [
  [
    'account',
    words(`authentication_error authentication_failed auth_required invalid_api_key API_KEY_INVALID
      insufficient_quota billing_error billing_hard_limit_reached billing_not_active account_deactivated
      permission_error UNAUTHENTICATED PERMISSION_DENIED ProviderAuthError model_not_found ModelNotFoundError
      ProviderModelNotFoundError FatalAuthenticationError AccessDeniedException ExpiredTokenException
      UnrecognizedClientException`),
  ],
  [
    'machine',
    words(`connection_failed ENOSPC EDQUOT EMFILE ENFILE ENOMEM ECONNREFUSED ECONNRESET ETIMEDOUT ENETDOWN
      ENETUNREACH EHOSTUNREACH ENOTFOUND EAI_AGAIN`),
  ],
  [
    'rate-limit',
    words(`rate_limit rate_limit_error rate_limit_exceeded overloaded overloaded_error server_overloaded
      RESOURCE_EXHAUSTED UNAVAILABLE ThrottlingException`),
  ],
];

const MACHINE =
  /\b(?:ENOSPC|EDQUOT|EMFILE|ENFILE|ENOMEM|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETDOWN|ENETUNREACH|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)\b|no space left on device|disk quota exceeded|too many open files|cannot allocate memory|connection (?:error|failed|refused|reset|timed out)\b|request timed out|fetch failed|socket hang up|error sending request|could not resolve host|network is unreachable|waiting for network/i;
const NO_CREDIT =
  /credit balance|insufficient (?:credits?|funds|balance|quota)|check your (?:plan|billing)|exceeded your current quota|exhausted your (?:\w+ )?(?:quota|capacity)|specified API usage limit|out of (?:credits?|extra usage)\b|spending (?:limit|cap)\b/i;
const NO_MODEL =
  /\bmodel\b.{0,80}\b(?:not found|(?:does|may) not exist|not available|not supported|unavailable)\b/i;
const NO_ACCESS =
  /(?:invalid|incorrect|missing|expired|revoked) (?:\S+ )?(?:api[ -]?key|access token)|api[ -]?key (?:is )?(?:not valid|invalid|missing|expired)|(?:run|use) \/login|not (?:logged|signed) in\b|please (?:log|sign) in\b|authentication (?:failed|required)|(?:token|session) has (?:been revoked|expired)|(?:organization|account) has been (?:disabled|deactivated|suspended)/i;
const LIMIT =
  /\brate.?limit|too many (?:requests|tokens)|overloaded|usage limit|hit your (?:\w+ )?limit|limit (?:was |is )?(?:reached|exceeded)|try again later|service unavailable/i;

/** An HTTP status in a message. The words before it distinguish it from other numbers. */
const STATUS =
  /(?:^|(?<!exit )\bstatus(?: code)?:? ?|\bAPI Error(?: \([^)]*\))?:? ?|\bHTTP(?:\/[\d.]+)? |\()([45]\d\d)\b(?=\s+[A-Z{]|\s*$|[):,])/i;

/**
 * Classifies a failure reported by an agent. Structure counts more than words: first identifiers and HTTP status in
 * `details` (the event), then those in a JSON object within the message.
 */
export function problemOf(message: string, details?: unknown): AgentProblem {
  const inner = jsonIn(message);
  // An object that is not valid JSON contains the same identifiers.
  const signs = collectSigns([details, inner ?? message.match(IDENTIFIER)]);
  const status = signs.status ?? statusIn(message);
  const text = innerMessage(inner) ?? message;
  const told = retryAfter(message, new Date());
  const kind = kindOf(signs.codes, status, message);
  return {
    // If the message says when access returns, the problem is temporary.
    kind: kind === 'account' && told !== undefined ? 'rate-limit' : kind,
    message: text.split('\n')[0] ?? '',
    ...(told !== undefined && kind !== 'failure' && { retryAfter: told }),
  };
}

/** The same problem, with the time at which the account works again. */
export function untilReset(problem: AgentProblem, resetsAt: number | undefined, now: number): AgentProblem {
  if (resetsAt === undefined || problem.kind === 'failure' || problem.kind === 'machine') return problem;
  return { ...problem, kind: 'rate-limit', retryAfter: Math.max(0, resetsAt - now) };
}

function kindOf(codes: ReadonlySet<string>, status: number | undefined, text: string): AgentProblem['kind'] {
  for (const [kind, known] of CODES) if ([...codes].some((code) => known.has(code))) return kind;
  if (status === undefined) {
    if (MACHINE.test(text)) return 'machine';
    if (NO_CREDIT.test(text) || NO_MODEL.test(text) || NO_ACCESS.test(text)) return 'account';
    return LIMIT.test(text) ? 'rate-limit' : 'failure';
  }
  if (status === 401 || status === 402 || status === 403 || NO_CREDIT.test(text)) return 'account';
  if ((status === 404 || status === 400) && (NO_MODEL.test(text) || NO_ACCESS.test(text))) return 'account';
  return status === 429 || status >= 500 ? 'rate-limit' : 'failure';
}

interface Signs {
  readonly codes: ReadonlySet<string>;
  readonly status: number | undefined;
}

/** Identifiers are single words of limited length. */
const CODE = /^\w{3,40}$/;
/** Words in a sentence that can only be identifiers. */
const IDENTIFIER = /\b(?:\w+_\w+|\w+Exception)\b/g;
const MAX_DEPTH = 4;

/** Collects values that are single words, and the first number whose key says that it is an HTTP status. */
function collectSigns(values: readonly unknown[]): Signs {
  const codes = new Set<string>();
  let status: number | undefined;
  const visit = (value: unknown, key: string, depth: number): void => {
    if (typeof value === 'number' && /status|code/i.test(key) && value >= 400 && value < 600)
      status ??= value;
    if (typeof value === 'string' && CODE.test(value)) codes.add(value);
    if (depth === MAX_DEPTH) return;
    if (typeof value === 'string' && value.startsWith('{')) visit(jsonIn(value), key, depth + 1);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) visit(member, name, depth + 1);
  };
  for (const value of values) visit(value, '', 0);
  return { codes, status };
}

function statusIn(message: string): number | undefined {
  const found = STATUS.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Parses the text from the first brace to the last one. */
function jsonIn(text: string): unknown {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start, text.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
}

/** `message`, or `error.message`. */
function innerMessage(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('message' in value && typeof value.message === 'string') return value.message;
  return 'error' in value ? innerMessage(value.error) : undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
