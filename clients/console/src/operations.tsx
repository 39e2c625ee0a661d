/** The operations that a system registered: what state they are in, how much they may, how much they did. */
import type { ReactNode } from 'react';
import { dayTimeOf, wordsOf } from '../../kit/format.ts';
import type { ConsoleQuery } from '../generated/graphql.ts';

type Node = NonNullable<ConsoleQuery['myOperations']>['nodes'][number];

export const Operations = ({ nodes, more }: { nodes: readonly Node[]; more: boolean }): ReactNode => (
  <section aria-labelledby="operations">
    <h2 id="operations">Operations</h2>
    {nodes.length === 0 && <p className="quiet">None is registered. The kit’s “register” asks for one to be approved.</p>}
    {nodes.map((node) => (
      <Operation key={node.id} node={node} />
    ))}
    {more && <p className="quiet">Only the latest hundred are shown.</p>}
  </section>
);

const Operation = ({ node }: { node: Node }): ReactNode => (
  <details className="operation" data-operation={node.operationName} data-state={node.state}>
    <summary>
      <strong>{node.operationName}</strong> <span className="quiet">{node.name}</span>{' '}
      <span className={`chip ${node.state.toLowerCase()}`}>{wordsOf(node.state)}</span>{' '}
      <span>
        {node.limits
          ? `${node.limits.requestsPerMinute} a minute, cost ${node.limits.cost}, ${node.limits.streams} streams`
          : 'no limits yet'}
      </span>{' '}
      <span>
        {node.requestsToday} today{refusals(node)}
      </span>
    </summary>
    <dl className="facts">
      <dt>Kind</dt>
      <dd>{wordsOf(node.operationType)}</dd>
      <dt>Hash</dt>
      <dd className="mono">{node.hash}</dd>
      <dt>Id</dt>
      <dd className="mono">{node.id}</dd>
      <dt>Registered</dt>
      <dd>{dayTimeOf(node.requestedAt)}</dd>
      <dt>Decided</dt>
      <dd>
        {dayTimeOf(node.decidedAt)} {node.decisionReason}
      </dd>
      {node.note && <dt>Note</dt>}
      {node.note && <dd>{node.note}</dd>}
    </dl>
    <pre className="mono">{node.document}</pre>
  </details>
);

const refusals = ({ refusalsToday }: Node): string => {
  const count = refusalsToday.reduce((sum, one) => sum + one.count, 0);
  return count > 0 ? `, ${count} refused` : '';
};
