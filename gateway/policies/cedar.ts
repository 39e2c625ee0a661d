/**
 * Cedar, with one setting of V8's that it takes. Calls from hot functions into
 * WebAssembly are inlined by V8 11 (Node 20), which now and then ends the whole
 * process ("unreachable code" in its deoptimizer) when such a function is
 * deoptimized during the call. Not inlined, the call costs nothing that can be
 * measured here.
 */
import { setFlagsFromString } from 'node:v8';

if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--no-turbo-inline-js-wasm-calls');

export * as cedar from '@cedar-policy/cedar-wasm/nodejs';
