/** A failure that a person can mend: shown as its message alone, without a stack trace. */
export class ExpectedError extends Error {
  override readonly name = 'ExpectedError';
}

/** What a network or database error says to a person; never its address's password or a row. */
export const reasonOf = (error: unknown): string => {
  const causes = error instanceof AggregateError ? error.errors : [error];
  const codes = causes.map((cause) => (cause as { code?: unknown } | undefined)?.code).filter((code) => typeof code === 'string');
  const [code] = codes;
  if (code && code in meanings) return `${meanings[code]} (${code})`;
  if (code) return code;
  return error instanceof Error ? error.message : 'unknown';
};

const meanings: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection broke',
  EADDRINUSE: 'the port is taken',
  EACCES: 'it is not allowed',
  '28P01': 'the password is wrong',
  '28000': 'the user is not let in',
  '3D000': 'there is no such database',
  '57P03': 'the database is starting',
  '53300': 'the database has no connection left',
};
