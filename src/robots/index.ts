export { type LastUse, LastUses, type LastUsesOptions, readUses, usesPath } from './last-uses.js';
export { inWords, readLifetime } from './lifetime.js';
export { RobotError, type RobotErrorCode, type RobotProblem } from './problem.js';
export {
  dockerConfig,
  isKubernetesName,
  isNamespace,
  isRegistryHost,
  type KubernetesPlace,
  kubernetesSecret,
  type Login,
} from './pull-secret.js';
export { ACTIONS, hasExpired, needsRepositories, type Robot } from './robot.js';
export { type RobotBinding, RobotDirectory } from './robot-directory.js';
export {
  createRobot,
  type FreshRobot,
  type RobotDraft,
  type Rotation,
  revokeRobot,
  rotateRobot,
} from './robot-edit.js';
export { RobotFile, type RobotFileOptions } from './robot-file.js';
export type { ListedRobot, RobotList } from './robot-list.js';
export { idInSecret } from './secret.js';
