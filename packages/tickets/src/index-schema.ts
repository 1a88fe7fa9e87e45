import { TICKET_STATES } from './needed-fields.ts';
import { TICKET_PRIORITIES } from './ticket.ts';

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const ids = { ...texts, description: 'ids of other tickets' };

/** The ticket index as JSON Schema (2020-12), for editors. Other fields are the user's own. */
export const TICKET_INDEX_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Ticket index',
  type: 'object',
  required: ['tickets'],
  properties: {
    version: text,
    tickets: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'state'],
        properties: {
          id: { type: 'string', minLength: 1 },
          title: text,
          state: {
            enum: TICKET_STATES,
            description: 'sage sets it when the ticket has landed or is deferred',
          },
          type: { type: 'string', description: 'such as feature, bug, task; epic for a container' },
          priority: { enum: TICKET_PRIORITIES },
          component: { type: 'string', description: "by default the id's prefix" },
          dependencies: { ...ids, description: 'tickets that have to land first' },
          conflicts_with: { ...ids, description: 'tickets that do not run at the same time' },
          parent: { type: ['string', 'null'], description: 'the container that it is in' },
          children: ids,
          description: { type: 'string', description: 'what the agent needs to know' },
          acceptanceCriteria: texts,
          files: { ...texts, description: 'paths that it will touch' },
          docs: { type: 'object', additionalProperties: text, description: 'context documents by role' },
          agent: text,
          model: text,
          validation_config: {
            type: 'object',
            properties: {
              verification_scripts: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['command'],
                  properties: {
                    name: text,
                    command: { type: 'string', description: 'a shell line that has to exit with 0' },
                    success_pattern: text,
                    failure_action: { enum: ['auto_fix', 'defer'] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;
