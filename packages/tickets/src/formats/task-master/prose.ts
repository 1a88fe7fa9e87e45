import type { Node } from 'jsonc-parser';
import { memberOf } from '../../json-text.ts';
import type { TicketPriority } from '../../ticket.ts';
import { paragraphs } from '../foreign-ticket.ts';
import { stringIn } from '../json-tree.ts';
import { lookedUp } from '../looked-up.ts';
import { PRIORITIES } from './statuses.ts';
import type { Task } from './tasks.ts';

/** The text about a task that an agent reads. */
export function proseOf({ node }: Task): {
  readonly title: string | undefined;
  readonly description: string;
  readonly acceptanceCriteria: readonly string[];
  readonly priority: TicketPriority | undefined;
  readonly complexity: number | undefined;
} {
  const priority = stringIn(memberOf(node, 'priority'))?.toLowerCase();
  return {
    title: stringIn(memberOf(node, 'title')),
    description: paragraphs(stringIn(memberOf(node, 'description')), stringIn(memberOf(node, 'details'))),
    acceptanceCriteria: ['acceptanceCriteria', 'testStrategy'].flatMap((key) => textsIn(memberOf(node, key))),
    priority: priority === undefined ? undefined : lookedUp<TicketPriority>(PRIORITIES, priority),
    complexity: numberIn(memberOf(node, 'complexity')) ?? numberIn(memberOf(node, 'complexityScore')),
  };
}

/** The description of a task, followed by its subtasks as steps. */
export function withSteps(task: Task & { readonly id: string }, description: string): string {
  if (task.subtasks.length === 0) return description;
  const steps = task.subtasks.map((step, index) => {
    const { title, description, acceptanceCriteria } = proseOf(step);
    const heading = `### Step ${task.id}.${step.id ?? index + 1}: ${title ?? ''}`.trimEnd();
    const said = stringIn(memberOf(step.node, 'status')) ?? 'pending';
    const state = step.state === 'UNPROCESSED' ? '' : ` (${said})`;
    return paragraphs(
      heading + state,
      description,
      ...acceptanceCriteria.map((text) => `Done when: ${text}`),
    );
  });
  return paragraphs(description, 'Steps, in this order:', ...steps);
}

function numberIn(node: Node | undefined): number | undefined {
  return node?.type === 'number' ? Number(node.value) : undefined;
}

function textsIn(node: Node | undefined): string[] {
  const nodes = node?.type === 'array' ? (node.children ?? []) : [node];
  return nodes.map(stringIn).filter((text) => text !== undefined);
}
