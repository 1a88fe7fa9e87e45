export { branchCheckouts } from './branch-checkouts.ts';
export { isCheckablePath } from './checkable-path.ts';
export { moveCheckout, type MoveOptions } from './checkout.ts';
export { stageObject } from './checkout-file.ts';
export { viewCheckout, type CheckoutFile, type CheckoutView } from './checkout-view.ts';
export {
  commitsBetween,
  commitTree,
  fetchCommit,
  findTrailers,
  readCommit,
  signsCommits,
  type Commit,
  type CommitContent,
  type Signature,
  type TrailerHit,
} from './commits.ts';
export { commitWorktree, type CommitWorktreeOptions, type WorktreeSnapshot } from './commit-worktree.ts';
export { DURABLE_CONFIG } from './environment.ts';
export {
  CheckoutError,
  GitError,
  RefMovedError,
  RepositoryError,
  type CheckoutErrorCode,
  type RepositoryErrorCode,
} from './errors.ts';
export { excludeFromGit } from './exclude.ts';
export { finishCheckout } from './finish-checkout.ts';
export { FrozenRepository } from './frozen-repository.ts';
export { FrozenSettings, type FrozenCheckouts } from './frozen-settings.ts';
export { identity, type Identity } from './identity.ts';
export { readLog, type LoggedCommit } from './log.ts';
export { encodeRefComponent } from './ref-component.ts';
export {
  checkRefFormat,
  isAncestor,
  listRefs,
  readRef,
  resolveCommit,
  updateRefs,
  type RefUpdate,
} from './refs.ts';
export { currentBranch, openRepository, operationInProgress, type Operation } from './open-repository.ts';
export type { Repository } from './repository.ts';
export { git, gitRaw, type GitOptions, type GitResult } from './run.ts';
export { cleanWorktree, moveWorktree, type ReusedWorktree } from './reuse-worktree.ts';
export { removeTornObjects } from './torn-objects.ts';
export { removeTornRefs } from './torn-refs.ts';
export type { RawCommit, RawCommitContent } from './raw-commit.ts';
export { GitSession } from './session.ts';
export { syncDisk } from './sync-disk.ts';
export { withTemporaryIndex } from './temporary-index.ts';
export { editFileInTree, findInTree } from './tree-edit.ts';
export {
  mergeTrees,
  readBlob,
  readObject,
  treeEntry,
  writeObject,
  writeTreeWith,
  type MergeResult,
  type TreeEntry,
} from './trees.ts';
export { openWorkRepository, resetWorkRepository, type WorkRepository } from './work-repository.ts';
export {
  addWorktree,
  listWorktrees,
  pruneWorktrees,
  removeWorktree,
  worktreeGitDir,
  type Worktree,
} from './worktrees.ts';
