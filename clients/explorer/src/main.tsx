/** The explorer's entry: everything it needs comes from the hub that served it. */
import './style.css';
import { finishSignIn, isCallback } from './session.ts';

const container = document.getElementById('explorer');
if (!container) throw new Error('The page has no place for the explorer.');

if (isCallback()) {
  container.textContent = 'Signing in. This window closes by itself.';
  finishSignIn().catch(() => {
    container.textContent = 'Signing in failed. Close this window and try again.';
  });
} else {
  // Apart, so that the popup need not load the editors.
  const { show } = await import('./explorer.tsx');
  await show(container);
}
