// `#devalue` (package.json "imports") is devalue itself in ESM, and our bundled copy of it in CommonJS.
declare module '#devalue' {
  export * from 'devalue';
}
