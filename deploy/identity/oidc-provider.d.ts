/** The part of `oidc-provider` that the demo uses; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Client {
    clientId: string;
    clientAuthMethod: string;
  }

  export interface ProviderContext {
    type: string;
    body: string;
    oidc: {
      client?: Client;
      session?: { accountId?: string };
      account?: { accountId: string };
      result?: { consent?: { grantId?: string } };
      params?: Record<string, unknown>;
      provider: Provider;
      entities: { AuthorizationCode?: { amr?: string[]; authTime?: number } };
    };
  }

  export interface Token {
    kind: string;
    accountId?: string;
    clientId?: string;
  }

  export interface Grant {
    addOIDCScope: (scope: string) => void;
    addResourceScope: (resource: string, scope: string) => void;
    save: () => Promise<string>;
  }

  export interface InteractionDetails {
    uid: string;
    prompt: { name: string };
    params: Record<string, unknown>;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly issuer: string;
    readonly Grant: new (payload: {
      accountId: string;
      clientId: string;
    }) => Grant;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionDetails>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
      options: { mergeWithLastSubmission: boolean },
    ): Promise<void>;
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this;
  }

  interface Prompt {
    checks: { remove: (reason: string) => void };
  }

  export const interactionPolicy: { base: () => Prompt[] & { get: (name: string) => Prompt } };
}
