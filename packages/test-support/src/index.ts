export { type AttemptScript, fakeWorkers, type FakeWorkers, type ScriptedAttempt } from './fake-workers.ts';
export { fakeQueue, type FakeQueue, type LandingScript, type ScriptedLanding, TARGET } from './fake-queue.ts';
export { memoryLog, type MemoryLog } from './memory-log.ts';
export { backlog, memorySource, type MemorySource, type TicketInput } from './memory-source.ts';
export { commitAll, type Files, put, repository, type TestRepository, userGit } from './repository.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { virtualClock, type VirtualClock } from './virtual-clock.ts';
