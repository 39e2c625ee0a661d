/**
 * A policy → the same with everything in the caller's favour that the caller could
 * still state or do: purpose, case, reason, agency asked for, an emergency, a fresh
 * sign-in. Asked of these, Cedar answers what somebody could ever be granted, by
 * who they are. It errs on the side of "could": conditions that contradict each
 * other are each taken as met.
 */
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export const inFavour = (policy: PolicyJson): PolicyJson => {
  const wanted = policy.effect === 'permit';
  return {
    ...policy,
    conditions: policy.conditions.map(({ kind, body }) => ({ kind, body: settle(body, (kind === 'when') === wanted) })),
  };
};

/** The expression with each part that can still change set to what makes the whole come out as `wanted`. */
const settle = (expression: Expr, wanted: boolean): Expr => {
  const node = expression as Record<string, Record<string, Expr>>;
  const [operator = ''] = Object.keys(node);
  const parts = node[operator] ?? {};
  const inner = (name: string, as = wanted): Expr => settle(parts[name] as Expr, as);
  switch (operator) {
    case '&&':
    case '||':
      return { [operator]: { left: inner('left'), right: inner('right') } } as Expr;
    case '!':
      return { '!': { arg: inner('arg', !wanted) } } as Expr;
    case 'if-then-else': {
      const condition = parts.if as Expr;
      if (canChange(condition)) return { [wanted ? '||' : '&&']: { left: inner('then'), right: inner('else') } } as Expr;
      return { [operator]: { ...parts, ...settledBranches(parts, wanted) } } as Expr;
    }
    default:
      return canChange(expression) ? ({ Value: wanted } as Expr) : expression;
  }
};

/** A property named `then` would make the object look like a promise. */
const settledBranches = (parts: Record<string, Expr>, wanted: boolean): Record<string, Expr> =>
  Object.fromEntries(['then', 'else'].map((name) => [name, settle(parts[name] as Expr, wanted)]));

/** Of what is stated only the time is not the caller's; of the caller only how and when they signed in can be another soon. */
const fixedStatement = 'now';
const changingAttributes = new Set(['signedInAt', 'methods']);

const canChange = (node: unknown): boolean => {
  if (!node || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some(canChange);
  const { Var, '.': dot, has } = node as { Var?: string; '.'?: Access; has?: Access };
  if (Var === 'context') return true;
  const access = dot ?? has;
  if (access) {
    const names = [access.attr].flat();
    if (isVariable(access.left, 'context')) return names.some((name) => name !== fixedStatement);
    if (isVariable(access.left, 'principal') && names.some((name) => changingAttributes.has(name))) return true;
  }
  return Object.values(node).some(canChange);
};

interface Access {
  left: unknown;
  attr: string | string[];
}

const isVariable = (node: unknown, name: string): boolean => (node as { Var?: string } | undefined)?.Var === name;
