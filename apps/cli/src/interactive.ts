import type { Answer, Question } from '@sage/stream';
import { fit } from './printable.ts';

/** Asks the person on the terminal; Ctrl-C quits. */
export async function interactiveAsk(question: Question): Promise<Answer> {
  const { message, yes, no } = wording(question);
  // Loaded when there is a question: most runs ask none.
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select<Answer>({
    message,
    options: [
      { value: 'yes', label: yes },
      { value: 'no', label: no },
      { value: 'quit', label: 'quit' },
    ],
  });
  return isCancel(answer) ? 'quit' : answer;
}

function wording(question: Question): { message: string; yes: string; no: string } {
  const id = fit(question.ticket.id, 30);
  switch (question.kind) {
    case 'start':
      return {
        message: `Start ${id}: ${fit(question.ticket.title, 60)}?`,
        yes: 'start',
        no: 'leave it for another time',
      };
    case 'completion': {
      const { changedFiles, summary } = question;
      const files = changedFiles
        .slice(0, 10)
        .map((path) => `\n  ${fit(path, 70)}`)
        .join('');
      const more = changedFiles.length > 10 ? `\n  and ${changedFiles.length - 10} more` : '';
      const told = summary ? `\n  ${fit(summary, 70)}` : '';
      return {
        message: `${id} is worked on. Is it complete?${told}${files}${more}`,
        yes: 'complete',
        no: 'defer it',
      };
    }
    case 'permission':
      return {
        message: `${id}: the agent asks to use ${fit(question.title, 60)}. May it?`,
        yes: 'allow it',
        no: 'reject it',
      };
    case 'risky':
      return {
        message: `${id} changes what runs later:${question.files.map((path) => `\n  ${fit(path, 70)}`).join('')}\n  May it land?`,
        yes: 'let it land',
        no: 'defer it, the work is kept',
      };
    case 'commit':
      return {
        message: `Commit "${fit(question.message, 50)}" to ${fit(question.target.replace('refs/heads/', ''), 30)}?`,
        yes: 'commit',
        no: 'defer it, the work is kept',
      };
  }
}
