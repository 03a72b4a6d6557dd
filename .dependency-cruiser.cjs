/**
 * Who may import whom: the table of the design, as data. Type-only imports count.
 *
 * `ours` are paths under src/, `outside` are packages. A folder may always import itself. `node: true`
 * allows Node's built-in modules.
 */
const TABLE = [
  { from: 'shared', ours: [], outside: ['zod'], node: false },
  {
    from: 'renderer',
    ours: ['shared'],
    outside: [
      'zod',
      'react',
      'react-dom',
      'react-aria-components',
      '@fontsource/be-vietnam-pro',
      'lucide-react',
      'marked',
      'pdfjs-dist',
      '@tanstack/react-virtual',
      '@tiptap/core',
      '@tiptap/extension-table',
      '@tiptap/pm',
      '@tiptap/react',
      '@tiptap/starter-kit',
    ],
    node: false,
  },
  { from: 'preload', ours: [], outside: ['electron'], node: false },
  { from: 'signer', ours: ['shared'], outside: ['node-forge', 'pkcs11js', 'zod'], node: true },
  { from: 'engine/store', ours: ['shared'], outside: ['better-sqlite3', 'zod'], node: true },
  { from: 'engine/pdf', ours: ['shared'], outside: 'any', node: true },
  { from: 'engine/signing', ours: ['shared'], outside: 'any', node: true },
  { from: 'engine/envelope', ours: ['shared'], outside: 'any', node: true },
  {
    from: 'engine/page',
    ours: ['shared'],
    outside: ['docx', 'fflate', 'fontkit', 'mammoth', 'zod'],
    node: true,
  },
  { from: 'engine/hub', ours: ['shared'], outside: 'any', node: true },
  {
    from: 'engine/outgoing',
    ours: ['LEAVES', 'PORTS', 'engine/store', 'shared'],
    outside: ['zod'],
    node: true,
  },
  {
    from: 'engine/incoming',
    ours: ['LEAVES', 'PORTS', 'engine/store', 'shared'],
    outside: ['zod'],
    node: true,
  },
  {
    from: 'engine/proof',
    ours: ['LEAVES', 'engine/store', 'engine/incoming', 'shared'],
    outside: ['zod'],
    node: true,
  },
  { from: 'engine/practice', ours: ['LEAVES', 'engine/store', 'shared'], outside: ['zod'], node: true },
  { from: 'engine/sync', ours: ['PORTS', 'engine/store', 'shared'], outside: ['zod'], node: true },
  {
    from: 'main',
    ours: ['shared'],
    outside: ['electron', 'electron-log', 'electron-updater', 'js-yaml', 'zod'],
    node: true,
  },
  { from: 'cli', ours: ['engine', 'shared'], outside: ['zod'], node: true },
  {
    from: 'hub-sim',
    ours: ['shared'],
    outside: ['@tus/file-store', '@tus/server', 'fast-xml-parser', 'fflate', 'node-forge', 'zod'],
    node: true,
  },
]

/** What several stages and the command line need of `pdf`, `signing` and `envelope` together, beside the folders. */
const JOINED_LEAVES =
  'src/engine/(?:sign-pdf|extend-pdf|evidence|verify-pdf|file-signature|packet-signature|key-statement|secrecy)\\.ts$'
/** The folders that know one format or one wire each. */
const LEAVES = 'src/engine/(?:page|pdf|signing|envelope|hub)/'

/** What the stages and the runner agree on with the composition root, who may do what, and the one way of sending a packet. */
const PORTS =
  'src/engine/(?:job-handler|fail-point|may|unknown-outcome|send-once|current-statement|register-change)\\.ts$'
/** The only folder that may name each of these packages, whatever its own line says. */
const DOORS = [
  { package: 'better-sqlite3', doors: ['engine/store'] },
  { package: 'pkcs11js', doors: ['signer'] },
  { package: 'electron', doors: ['main', 'preload'] },
  { package: 'undici', doors: ['engine/hub'] },
]

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const folder = (name) => `^src/${name}/`
const packageFolder = (name) => `node_modules/${escaped(name)}/`

const GROUPS = { LEAVES: [`^${LEAVES}`, `^${JOINED_LEAVES}`], PORTS: [`^${PORTS}`] }
const oursOf = ({ from, ours }) => [folder(from), ...ours.flatMap((name) => GROUPS[name] ?? [folder(name)])]

const rules = TABLE.flatMap((line) => {
  const found = [
    {
      name: `${line.from}-imports-of-ours`,
      comment: `src/${line.from} may import only: ${[line.from, ...line.ours].join(', ')}`,
      severity: 'error',
      from: { path: folder(line.from) },
      to: { path: '^(?:src|test|scripts)/', pathNot: oursOf(line) },
    },
  ]
  if (line.outside !== 'any') {
    found.push({
      name: `${line.from}-packages`,
      comment: `src/${line.from} may use only: ${line.outside.join(', ')}`,
      severity: 'error',
      from: { path: folder(line.from) },
      to: {
        dependencyTypesNot: ['local', 'localmodule', 'core'],
        path: ['^node_modules/', '^[^./]'],
        pathNot: [
          '^src/',
          '^resources/',
          ...line.outside.flatMap((name) => [packageFolder(name), `^${escaped(name)}(?:/|$)`]),
        ],
      },
    })
  }
  if (!line.node) {
    found.push({
      name: `${line.from}-has-no-node`,
      comment: `src/${line.from} must also run where there is no Node`,
      severity: 'error',
      from: { path: folder(line.from) },
      to: { dependencyTypes: ['core'] },
    })
  }
  return found
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'joined-leaves',
      comment: 'These files join leaves that may not know each other, and know nothing else of the engine',
      severity: 'error',
      from: { path: `^${JOINED_LEAVES}` },
      to: {
        path: '^src/',
        pathNot: ['^src/shared/', '^src/engine/(?:pdf|signing|envelope)/', `^${JOINED_LEAVES}`],
      },
    },
    {
      name: 'engine-imports-of-ours',
      comment: 'The engine knows no other process',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^(?:src|test|scripts)/', pathNot: ['^src/engine/', '^src/shared/'] },
    },
    {
      name: 'composition-root-is-the-root',
      comment: 'Only the entries put the engine together; a stage gets what it needs handed in',
      severity: 'error',
      from: { path: '^src/engine/[^/]+/' },
      to: { path: '^src/engine/(?:index|entry)\\.ts$' },
    },
    {
      name: 'requests-are-asked-by-the-door',
      comment: 'What a window asks is answered on top of everything else in the engine',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/(?:index\\.ts$|requests/)' },
      to: { path: '^src/engine/requests/' },
    },
    ...DOORS.map(({ package: name, doors }) => ({
      name: `door-of-${name}`,
      comment: `${name} may be named only in: ${doors.join(', ')}`,
      severity: 'error',
      from: { path: '^src/', pathNot: doors.map(folder) },
      to: { path: [packageFolder(name), `^${escaped(name)}(?:/|$)`] },
    })),
    {
      name: 'no-cycle',
      comment: 'Modules that need each other are one module, or one of them asks too much',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      comment: 'The file or package is not there',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
    // The sources are ES modules throughout; a function called `require` in them is just a function.
    moduleSystems: ['es6'],
  },
}
