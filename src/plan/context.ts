// What the plan needs to know of the daemon that will carry it out.
export interface PlanContext {
  /** The daemon's own environment, already free of what no vassal should see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** The vassal shall get its stdin as its controlling terminal (`tsjail run` on a terminal). */
  readonly terminal: boolean;
}
