/** The part of preact's and htm's interface that the console uses. */

/** What a component returns, and what can be a child. */
export interface VNode {
  type: unknown;
  props: Record<string, unknown>;
}
// deno-lint-ignore no-explicit-any
export type Children = any;

export function h(type: unknown, props?: object | null, ...children: Children[]): VNode;
// deno-lint-ignore no-explicit-any
export function html(parts: TemplateStringsArray, ...values: any[]): VNode;
export function render(node: VNode | null, parent: Element): void;

export interface Context<Value> {
  Provider: unknown;
  value?: Value;
}
export function createContext<Value>(value: Value): Context<Value>;

type Undo = () => void;
type Step<Value> = (change: Value | ((before: Value) => Value)) => void;
export function useState<Value>(initial: Value | (() => Value)): [Value, Step<Value>];
export function useReducer<Value, Action>(
  reduce: (before: Value, action: Action) => Value,
  initial: Value,
): [Value, (action: Action) => void];
export function useEffect(effect: () => Undo | void, inputs?: unknown[]): void;
export function useLayoutEffect(effect: () => Undo | void, inputs?: unknown[]): void;
export function useRef<Value>(initial: Value | null): { current: Value };
export function useMemo<Value>(make: () => Value, inputs?: unknown[]): Value;
// deno-lint-ignore no-explicit-any
export function useCallback<Callback extends (...values: any[]) => any>(callback: Callback, inputs?: unknown[]): Callback;
export function useContext<Value>(context: Context<Value>): Value;
export function useErrorBoundary(note?: (error: unknown) => void): [unknown, () => void];
