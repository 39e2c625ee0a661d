/** The kit's entry: everything that may be imported, and no more. */
export type { Clock } from './clock.ts';
export { type Code, type HubCode, HubError, type HubFailure, isHubFailure, type KitCode } from './errors.ts';
export { hubErrors } from './generated/errors.ts';
export { type AskOptions, createHub, type Hub, type HubOptions, type PageOptions, type Registered } from './hub.ts';
export { type AnyOperation, type GeneratedOperation, hashOf, type Operation, operation } from './operation.ts';
export type { NodeOf, Page } from './pages.ts';
export type { Answer, Authority, Sending } from './request.ts';
export type { RetryOptions } from './retry.ts';
export type { StreamEvent, StreamOptions } from './stream.ts';
export { type ClientCredentials, clientCredentials, type TokenSource, tokenFrom } from './token.ts';
