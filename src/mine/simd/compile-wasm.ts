/** As much of it as is used here: TypeScript's own types are those of browsers. */
declare const WebAssembly:
  | {
      validate(code: Uint8Array): boolean;
      Module: new (code: Uint8Array) => object;
      Instance: new (module: object) => { exports: object };
    }
  | undefined;

/** Makes instances of a module; undefined where WebAssembly, or its SIMD, is not to be had. */
export function compileWasm(base64: string): (() => object) | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  const { validate, Module, Instance } = WebAssembly;
  const code = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (!validate(code)) return undefined;
  const compiled = new Module(code);
  return () => new Instance(compiled).exports;
}
