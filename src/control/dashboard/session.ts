// Answer of GET /v1/session: what whoever asks may do.

export interface Session {
  /** False: he has to log in first. */
  readonly known: boolean;
  /** There is a token, and so something to log out of. */
  readonly hasLogin: boolean;
  readonly readOnly: boolean;
  /** A sentence on why it is so. */
  readonly why: string | null;
}
