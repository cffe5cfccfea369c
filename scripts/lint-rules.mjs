// Two rules of STYLE that oxlint does not have.
const noEnum = {
  create: (context) => ({
    TSEnumDeclaration: (node) => context.report({ node, message: 'Use a union of literals, not an enum.' }),
  }),
};

const noExportAll = {
  create: (context) => ({
    ExportAllDeclaration: (node) => context.report({ node, message: 'Name what a module exports.' }),
  }),
};

export default {
  meta: { name: 'nuthatch' },
  rules: { 'no-enum': noEnum, 'no-export-all': noExportAll },
};
