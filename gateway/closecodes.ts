/** Why the gateway closes a WebSocket, beyond graphql-ws's own codes. 4400–4499 are the protocol's range. */
export const closeCodes = {
  /** The access token has ended or was never good: sign in again, then resume. */
  TOKEN_EXPIRED: { code: 4401, reason: 'Token expired: sign in and resume' },
  /** The token, or its holder's authority, was revoked: another token may hold, the same will not. */
  TOKEN_REVOKED: { code: 4401, reason: 'Token revoked: sign in' },
  /** The reader fell too far behind: connect again and resume with the last cursor received. Nothing is lost. */
  READER_TOO_SLOW: { code: 4490, reason: 'Reader too slow: resume with the last cursor' },
  /** The gateway goes down for a restart: connect again, here or at another, and resume. */
  GOING_AWAY: { code: 1001, reason: 'Going away: reconnect and resume' },
} as const;
