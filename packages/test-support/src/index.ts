export { type AttemptScript, fakeWorkers, type FakeWorkers, type ScriptedAttempt } from './fake-workers.ts';
export { fakeQueue, type FakeQueue, type LandingScript, type ScriptedLanding, TARGET } from './fake-queue.ts';
export { memoryLog, type MemoryLog } from './memory-log.ts';
export { backlog, memorySource, type MemorySource, type TicketInput } from './memory-source.ts';
export { virtualClock, type VirtualClock } from './virtual-clock.ts';
