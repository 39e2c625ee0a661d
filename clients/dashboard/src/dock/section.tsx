/** A part of the dock, with how much is in it. */
import { type ReactNode, useId } from 'react';

interface SectionProps {
  title: string;
  count?: number | undefined;
  /** There are more than are shown. */
  more?: boolean | undefined;
  children: ReactNode;
}

export const Section = ({ title, count, more, children }: SectionProps): ReactNode => {
  const id = useId();
  return (
    <section className="dock-section" aria-labelledby={id} data-section={title}>
      <h3 id={id}>
        {title}
        {count !== undefined && count > 0 && <span className="count"> {more ? `${count}+` : count}</span>}
      </h3>
      {children}
    </section>
  );
};
