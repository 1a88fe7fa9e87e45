export {
  branchCheckouts,
  brokenCheckouts,
  type Checkout,
  listCheckouts,
} from './checkout/branch-checkouts.ts';
export { isCheckablePath } from './repository/checkable-path.ts';
export { moveCheckout, type MoveOptions } from './checkout/checkout.ts';
export { treeDifferencesOf, type TreeDifference } from './objects/tree-differences.ts';
export { type IndexLock, lockIndex, removeLeftLocks } from './checkout/checkout-index.ts';
export { type CheckoutFile, moveConflicts, stageObject, viewFile } from './checkout/checkout-view.ts';
export {
  commitsBetween,
  commitTree,
  fetchCommit,
  findTrailers,
  isGitDate,
  readCommit,
  type Commit,
  type CommitContent,
  type Signature,
  type TrailerHit,
} from './objects/commits.ts';
export type { SubmoduleWork } from './worktrees/submodules.ts';
export { ignoredFiles } from './worktrees/ignored-files.ts';
export { collectWorktree, type CollectedWork, type CollectOptions } from './worktrees/collect-worktree.ts';
export { removeOrSetAside, removeTree } from './remove-tree.ts';
export {
  prepareRepository,
  readTemplate,
  type RepositoryTemplate,
  writeRepository,
  restoreSettings,
} from './worktrees/repository-template.ts';
export { helperProgram, type HelperProgram } from './process/helper-program.ts';
export { DURABLE_CONFIG } from './process/environment.ts';
export {
  CheckoutError,
  GitError,
  isErrno,
  RefMovedError,
  RepositoryError,
  type CheckoutErrorCode,
  type RepositoryErrorCode,
} from './errors.ts';
export { excludeFromGit } from './repository/exclude.ts';
export { finishCheckout } from './checkout/finish-checkout.ts';
export { PinnedSettings, type PinnedCheckouts } from './pinned-settings/pinned-settings.ts';
export { identity, type Identity } from './repository/identity.ts';
export { readLog, type LoggedCommit } from './objects/log.ts';
export { encodeRefComponent } from './refs/ref-component.ts';
export {
  checkRefFormat,
  isAncestor,
  listRefs,
  readRef,
  resolveCommit,
  updateRefs,
  type RefUpdate,
} from './refs/refs.ts';
export {
  currentBranch,
  openRepository,
  operationInProgress,
  type Operation,
} from './repository/open-repository.ts';
export type { Repository } from './repository.ts';
export { isMachineError } from './process/machine-error.ts';
export { type GitVersion, gitVersion, OLDEST_GIT } from './process/git-version.ts';
export { git, gitRaw, type GitOptions, type GitResult } from './process/run.ts';
export { type ProcessEnd, type RunProcessOptions, runProcess } from './process/run-process.ts';
export { bootIdentity, pidSpace } from './process/running-system.ts';
export { cleanWorktree, moveWorktree, type WorktreeFiles } from './worktrees/reuse-worktree.ts';
export { gcIsRunning, waitForGc } from './objects/running-gc.ts';
export { removeTornObjects } from './objects/torn-objects.ts';
export { removeTornRefs } from './refs/torn-refs.ts';
export {
  createRemoteRef,
  fetchFromRemote,
  listRemoteRefs,
  readRemoteRef,
  removeRemoteRefs,
} from './remotes/remote.ts';
export { parseSignatureLine, type RawCommit, type RawCommitContent } from './objects/raw-commit.ts';
export { GitSession } from './objects/session.ts';
export { makeFolderWithin, makeTopFolder, shareAsAround } from './files/shared-folder.ts';
export { isTemporary, replaceFile, syncFile, temporaryBeside } from './files/replace-file.ts';
export { fileVersion } from './files/file-version.ts';
export { type ProcessStat, readProcessStat } from './process/process-stat.ts';
export { SAGE_PATHS, SAGE_REFS } from './repository/sage-paths.ts';
export { syncDisk } from './files/sync-disk.ts';
export { withTemporaryIndex } from './objects/temporary-index.ts';
export { editFileInTree, findInTree } from './objects/tree-edit.ts';
export {
  mergeTrees,
  readBlob,
  readObject,
  treeEntry,
  writeObject,
  writeTreeWith,
  type MergeResult,
  type TreeEntry,
} from './objects/trees.ts';
export { withoutWorktree } from './worktrees/without-worktree.ts';
export { removeWorktreeDirectory, worktreeDirectory } from './worktrees/worktree-directory.ts';
export { freeBytes, type WorktreeRoom, worktreeRoom } from './worktrees/worktree-room.ts';
export { listWorktrees, type Worktree } from './worktrees/worktrees.ts';
export { trailerValues } from './objects/trailers.ts';
export { sharedPermissions, type SharedPermissions } from './files/shared-permissions.ts';
export { isSelfContained } from './worktrees/self-contained.ts';
