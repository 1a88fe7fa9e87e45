import type { Ticket } from '@sage/tickets';
import type { FinishedWork, Review } from '@sage/workers';
import { subject } from '../backlog/commit-message.ts';
import type { Ask } from '../context/ask.ts';
import type { RunContext } from '../context/run-context.ts';
import { changesWhatRuns } from './changes-what-runs.ts';

/** Asks the person about finished work until `halt` is aborted; undefined if the run asks nobody. */
export function reviewOf(
  { settings, target, log }: RunContext,
  ticket: Ticket,
  halt: AbortSignal,
): ((work: FinishedWork) => Promise<Review>) | undefined {
  const { ask, approve } = settings;
  if (ask) {
    return async (work) => {
      const review = await decide(ask, work);
      if (review.verdict !== 'accepted') return review;
      return verdictOf(await ask({ kind: 'commit', ticket, message: subject(ticket), target: target.ref }));
    };
  }
  if (!approve) return undefined;
  return async (work) => {
    if (approve.which === 'risky' && changesWhatRuns(work.changedFiles).length === 0)
      return { verdict: 'accepted' };
    return decide(approve.ask, work);
  };

  async function decide(asking: Ask, work: FinishedWork): Promise<Review> {
    const whatRuns = changesWhatRuns(work.changedFiles);
    const halted = Promise.withResolvers<'quit'>();
    const quit = () => halted.resolve('quit');
    halt.addEventListener('abort', quit, { once: true });
    if (halt.aborted) quit();
    try {
      const asked = asking({ kind: 'completion', ticket, work, whatRuns });
      const review = verdictOf(await Promise.race([asked, halted.promise]));
      const comment = review.verdict === 'sent-back' ? review.comment : undefined;
      const { verdict } = review;
      if (verdict !== 'quit')
        await log.emit({ event: 'attempt.reviewed', ticket: ticket.id, verdict, comment });
      return review;
    } finally {
      halt.removeEventListener('abort', quit);
    }
  }
}

function verdictOf(answer: Awaited<ReturnType<Ask>>): Review {
  if (answer === 'yes') return { verdict: 'accepted' };
  if (answer === 'quit') return { verdict: 'quit' };
  if (answer === 'no' || 'only' in answer)
    return { verdict: 'deferred', reason: 'you did not accept the result' };
  return 'sendBack' in answer
    ? { verdict: 'sent-back', comment: answer.sendBack }
    : { verdict: 'deferred', reason: answer.defer };
}
