/**
 * The sign-in page: one button a persona. It stands where a real provider asks
 * for a password and a second factor.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { isPersonaName, personas } from './personas.ts';
import { escapeHtml, page } from './provider.ts';

const bodyLimit = 1_024;

/** RFC 8176: what a sign-in at a real provider would have proved. */
const methods = ['pwd', 'otp', 'mfa'];

const route = /^\/interaction\/[\w-]+(\/login)?$/;

/** True where the request was for the picker and has been answered. */
export const answerPicker = async (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
  const match = route.exec(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (!match) return false;
  const submits = match[1] !== undefined;
  if (request.method !== (submits ? 'POST' : 'GET')) {
    reply(response, 405, page('Not here', '<p>Choose a persona on the sign-in page.</p>'));
    return true;
  }
  try {
    const { uid, prompt } = await provider.interactionDetails(request, response);
    if (prompt.name !== 'login') reply(response, 400, page('Not supported', '<p>The demo provider asks only who to be.</p>'));
    else if (submits) await signIn(provider, request, response);
    else reply(response, 200, page('Who is asking?', buttons(uid)));
  } catch {
    reply(response, 400, page('Sign-in has expired', '<p>Start again from the application.</p>'));
  }
  return true;
};

const signIn = async (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const name = new URLSearchParams(await readBody(request)).get('persona') ?? '';
  if (!isPersonaName(name) || personas[name].kind !== 'person') {
    reply(response, 400, page('No such persona', `<p>Choose one of: ${people().join(', ')}.</p>`));
    return;
  }
  const login = { accountId: personas[name].subject, amr: methods };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
};

const people = (): string[] => Object.entries(personas).flatMap(([name, { kind }]) => (kind === 'person' ? [name] : []));

const buttons = (uid: string): string => {
  const rows = Object.entries(personas).flatMap(([name, { kind, title, employer }]) =>
    kind === 'person' ? [`<button name="persona" value="${name}">${escapeHtml(`${title} · ${employer.name}`)}</button>`] : [],
  );
  return `<p>A demonstration: no password is asked.</p><form method="post" action="/interaction/${uid}/login">${rows.join('')}</form>`;
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyLimit) throw new Error('The form is larger than the picker sends.');
  }
  return text;
};

const reply = (response: ServerResponse, status: number, html: string): void => {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
};
