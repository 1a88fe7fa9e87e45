import { rm } from 'node:fs/promises';
import { controlFile, readControl } from './control.ts';
import type { Door } from './doors.ts';
import { fileIdentity } from './file-identity.ts';
import type { RunLog } from '../journal/run-log.ts';

export interface ControlDoorOptions {
  readonly root: string;
  readonly log: RunLog;
  readonly onNotice: (text: string) => void;
}

/** Obeys the control file of the run: what it obeys is in the journal, and everybody asks the journal's state. */
export class ControlDoor implements Door {
  readonly #options: ControlDoorOptions;
  readonly #file: string;
  #seen: string | undefined;

  private constructor(options: ControlDoorOptions) {
    this.#options = options;
    this.#file = controlFile(options.root, options.log.run);
  }

  /** What was asked of an earlier process of the run is forgotten. */
  static async open(options: ControlDoorOptions): Promise<ControlDoor> {
    const door = new ControlDoor(options);
    await rm(door.#file, { recursive: true, force: true });
    return door;
  }

  async hasNews(): Promise<boolean> {
    return (await fileIdentity(this.#file)) !== this.#seen;
  }

  async take(): Promise<void> {
    const { log, onNotice } = this.#options;
    this.#seen = await fileIdentity(this.#file);
    try {
      const control = await readControl(this.#file);
      if (!control) return;
      const { paused, workers } = control;
      if (paused !== log.state.paused) await log.emit({ event: paused ? 'run.paused' : 'run.resumed' });
      if (workers !== log.state.workers) await log.emit({ event: 'run.workers', workers });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onNotice(`${this.#file} is ignored: ${reason}; use sage pause, sage resume or sage workers`);
    }
  }
}
