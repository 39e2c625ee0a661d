/** The search's entry. Nothing is stated before its user has chosen a purpose. */
import { startPage } from '../../kit/page.tsx';
import { SearchPage } from './search.tsx';

startPage({ base: '/search', title: 'Investigative search', authority: {}, content: () => <SearchPage /> });
