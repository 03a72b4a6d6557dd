import eslint from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** One door each: the message says where the door is. */
const IPC_MAIN = {
  name: 'electron',
  importNames: ['ipcMain'],
  message:
    'Windows talk to the engine over a port that src/main/processes.ts hands them: add a method in src/shared/ipc/contract/.',
}
const IPC_RENDERER = {
  name: 'electron',
  importNames: ['ipcRenderer'],
  message:
    'Only src/preload/index.ts holds the bridge, and it never grows: add a method in src/shared/ipc/contract/.',
}
const SQLITE = {
  name: 'better-sqlite3',
  message:
    'Only src/engine/store speaks SQL. Open the database with openStore from src/engine/store/index.ts.',
}
const PKCS11 = {
  name: 'pkcs11js',
  message: "Only src/signer loads a token's driver. Ask it through src/engine/signing/signer-client.ts.",
}
const doors = (...paths) => ({ '@typescript-eslint/no-restricted-imports': ['error', { paths }] })

const NO_DEFAULT_EXPORT = [
  'error',
  {
    selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
    message: 'Export by name: a default export can be renamed by every reader.',
  },
]

const NODE_GLOBALS = Object.fromEntries(
  [
    'AbortSignal',
    'Buffer',
    'URL',
    'clearInterval',
    'clearTimeout',
    'console',
    'fetch',
    'performance',
    'process',
    'setInterval',
    'setTimeout',
  ].map((name) => [name, 'readonly']),
)

export default defineConfig(
  globalIgnores(['out/', 'dist/', '.cache/', 'coverage/', 'test-results/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // Overflows the stack on recursive types (typescript-eslint 8.73, a PDF object tree will do).
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
      'no-restricted-syntax': NO_DEFAULT_EXPORT,
      eqeqeq: 'error',
      ...doors(IPC_MAIN, IPC_RENDERER, SQLITE, PKCS11),
    },
  },
  { files: ['src/preload/**'], rules: doors(IPC_MAIN, SQLITE, PKCS11) },
  { files: ['src/engine/store/**'], rules: doors(IPC_MAIN, IPC_RENDERER, PKCS11) },
  { files: ['src/signer/**'], rules: doors(IPC_MAIN, IPC_RENDERER, SQLITE) },
  {
    files: ['src/main/log.ts', 'src/cli/**', 'src/hub-sim/index.ts', 'scripts/**', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      // A test that meets undefined where it expects a value fails, which is its purpose.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Tests open databases and tokens on their own, to look behind the doors.
      ...doors(IPC_MAIN, IPC_RENDERER),
    },
  },
  {
    files: ['**/*.config.{ts,js}', '**/*.cjs', 'test/**/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // They run in a page.
    files: ['test/bench/window/watch.cjs', 'test/bench/window/empty/rows.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        location: 'readonly',
        MutationObserver: 'readonly',
        requestAnimationFrame: 'readonly',
      },
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { ...NODE_GLOBALS, __dirname: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
)
