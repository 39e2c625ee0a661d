/** Says that the kept searches are no longer what was read: whoever shows or follows them reads them anew. */
import { createStore } from '../../../kit/store.ts';

export const savedVersion = createStore(0);
export const savedChanged = (): void => savedVersion.set(savedVersion.get() + 1);
