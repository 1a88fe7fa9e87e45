export { ClusterError, type ClusterErrorCode } from './errors.ts';
export { withoutPassword } from './broker/broker-address.ts';
export type { RosterEntry, WorkerAsked } from './broker/roster.ts';
export type { Equipment } from './coordinator/compose-payload.ts';
export type { OwnVersions } from './coordinator/fleet.ts';
export { type Cluster, type ClusterOptions, openCluster } from './coordinator/open-cluster.ts';
export { endElsewhere } from './coordinator/tidy-elsewhere.ts';
export { PROTOCOL } from './protocol/names.ts';
export {
  type Answer,
  answerSchema,
  type Order,
  orderSchema,
  type Payload,
  payloadSchema,
} from './protocol/payload.ts';
export type { WorkerActivity, WorkerDescription } from './protocol/self-description.ts';
export type { WorkerAgent } from './worker/describe-worker.ts';
export { DEFAULT_LEASE_MS, runWorker, type RunWorkerOptions } from './worker/run-worker.ts';
export { tellWorker, workersOf } from './workers-of-broker.ts';
