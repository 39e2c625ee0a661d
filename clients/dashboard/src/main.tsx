/** The dashboard's entry. */
import { startPage } from '../../kit/page.tsx';
import { Dashboard } from './dashboard.tsx';

startPage({ base: '/dashboard', title: 'Operating picture', authority: { purpose: 'DISPATCH' }, content: () => <Dashboard /> });
