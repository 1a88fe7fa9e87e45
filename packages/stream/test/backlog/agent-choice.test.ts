import { readTicket, type Ticket } from '@sage/tickets';
import { expect, test } from 'vitest';
import { type AgentChoices, chooseAgent } from '../../src/backlog/agent-choice.ts';

function ticket(fields: object): Ticket {
  const read = readTicket({ id: 'API-1', state: 'UNPROCESSED', ...fields });
  if (!('ticket' in read)) throw new Error('no ticket');
  return read.ticket;
}

const RULES = [
  { type: 'docs', model: 'small' },
  { component: 'API', minComplexity: 7, agent: 'claude', model: 'large' },
  { component: 'API', agent: 'codex' },
];

test.each<[string, object, AgentChoices, object]>([
  ['nothing is said', {}, {}, {}],
  ['the ticket says it', { agent: 'gemini', model: 'm' }, { rules: RULES }, { agent: 'gemini', model: 'm' }],
  ['the first rule that fits', { complexity: 8 }, { rules: RULES }, { agent: 'claude', model: 'large' }],
  ['a rule that is not reached', { complexity: 6 }, { rules: RULES }, { agent: 'codex' }],
  [
    'the complexity of Task Master',
    { complexityScore: 9 },
    { rules: RULES },
    { agent: 'claude', model: 'large' },
  ],
  ['rules for agent and model', { type: 'Docs' }, { rules: RULES }, { agent: 'codex', model: 'small' }],
  ['a model of the ticket alone', { model: 'm' }, { rules: [] }, { model: 'm' }],
  [
    "a rule's model is its agent's",
    { agent: 'gemini', complexity: 8 },
    { rules: RULES },
    { agent: 'gemini' },
  ],
  ['the first of the attempts', {}, { attempts: [{ agent: 'small' }, { agent: 'big' }] }, { agent: 'small' }],
])('who works: %s', (_, fields, choices, chosen) => {
  expect(chooseAgent(ticket(fields), 1, choices)).toEqual(chosen);
});

test('later attempts escalate, whatever the ticket and the rules say; the last step stays', () => {
  const attempts = [{ model: 'small' }, { agent: 'claude', model: 'large' }, { agent: 'codex' }];
  const choices = { rules: RULES, attempts };
  const chosen = [1, 2, 3, 4].map((attempt) => chooseAgent(ticket({ agent: 'gemini' }), attempt, choices));
  expect(chosen).toEqual([
    { agent: 'gemini' },
    { agent: 'claude', model: 'large' },
    { agent: 'codex' },
    { agent: 'codex' },
  ]);
});
