export type { SageConfig } from './config.ts';
export { main } from './main.ts';
