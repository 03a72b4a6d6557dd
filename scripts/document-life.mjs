/**
 * Writes docs/document-life.md from the state machines, with the names the clerk reads.
 *
 *   node scripts/document-life.mjs
 *
 * test/design/document-life.test.ts fails when the page is not what this would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { continueUnderCurrentNode } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const page = join(root, 'docs', 'document-life.md')

/** The machines in reading order. `names` is the table of TEXT with the words on the screen. */
const MACHINES = [
  {
    title: 'An outgoing document (văn bản đi)',
    source: 'src/shared/document/outgoing.ts',
    machine: 'OUTGOING',
    states: 'outgoingState',
    events: 'outgoing',
    about: 'The files are in `src/engine/outgoing/`.',
  },
  {
    title: 'One recipient of it (nơi nhận)',
    source: 'src/shared/document/recipient.ts',
    machine: 'RECIPIENT',
    states: 'recipientState',
    events: 'recipient',
    about: 'A row of its own for each recipient, moved by `deliver.ts` (accept) and `receipts.ts`.',
  },
  {
    title: 'A recipient of a request of ours (yêu cầu thu hồi, cập nhật)',
    source: 'src/shared/document/request.ts',
    machine: 'ASKED',
    states: 'askedState',
    events: 'answer',
    about:
      'Beside its row of the document. The request is noted by `recall.ts` or `update.ts`, brought by `requests.ts`, answered in ' +
      '`receipts.ts`. The words here are those of a recall; an update has its own, by the same table.',
  },
  {
    title: 'A received document (văn bản đến)',
    source: 'src/shared/document/incoming.ts',
    machine: 'INCOMING',
    states: 'incomingState',
    events: 'incoming',
    about: 'The files are in `src/engine/incoming/`.',
  },
  {
    title: 'A request of its sender (yêu cầu của bên gửi)',
    source: 'src/shared/document/request.ts',
    machine: 'REQUEST',
    states: 'requestState',
    events: 'request',
    about:
      'The files are `requests.ts` and `updates.ts` in `src/engine/incoming/`. The words here are those of a recall.',
  },
  {
    title: 'The packet it came in',
    source: 'src/engine/store/packets.ts',
    machine: 'PACKET',
    about:
      'Moved by `collect.ts` (listed, store), `admit.ts` (handle) and `acknowledge.ts` of `src/engine/incoming/`.',
  },
  {
    title: 'An errand',
    source: 'src/shared/document/job.ts',
    machine: 'JOB',
    about:
      'Moved by `src/engine/sync/runner.ts`; hold, release and dismiss by `outgoing/submit.ts`. ' +
      'Adding a done errand again under its key makes it `ready` anew.',
  },
]

/** The whole page, formatted. */
export async function documentLife() {
  const { TEXT } = await import('../src/renderer/text.vi.ts')
  const parts = [
    '# The life of a document',
    'Written by `node scripts/document-life.mjs` from the tables in the code; do not edit. Each state is shown',
    'as the table calls it, with the word on the screen. Where a row of the table has a remark, it is repeated.',
    '',
  ]
  for (const entry of MACHINES) {
    const loaded = await import(pathToFileURL(join(root, entry.source)).href)
    const remarks = remarksOf(readFileSync(join(root, entry.source), 'utf8'), entry.machine)
    const names = TEXT[entry.states] ?? {}
    const events = TEXT.history[entry.events] ?? {}
    parts.push(
      `## ${entry.title}`,
      '',
      `\`${entry.machine}\` in [${entry.source}](../${entry.source}). ${entry.about}`,
      '',
      ...diagram(loaded[entry.machine], names),
      '',
      ...table(loaded[entry.machine], names, events, remarks),
      '',
    )
  }
  return format(parts.join('\n'), { ...(await resolveConfig(page)), parser: 'markdown' })
}

function diagram(machine, names) {
  const states = Object.keys(machine)
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...states.map((state) => `  state "${names[state] ?? state}" as ${state}`),
    `  [*] --> ${states[0]}`,
    ...states.flatMap((state) => {
      const arrows = Object.entries(machine[state])
      return arrows.length === 0
        ? [`  ${state} --> [*]`]
        : arrows.map(([event, to]) => `  ${state} --> ${to}: ${event}`)
    }),
    '```',
  ]
}

function table(machine, names, events, remarks) {
  const hasNames = Object.keys(names).length > 0
  const head = ['State', ...(hasNames ? ['On the screen'] : []), 'Event → next state', 'Remark']
  return [
    row(head),
    row(head.map(() => '---')),
    ...Object.entries(machine).map(([state, arrows]) =>
      row([
        `\`${state}\``,
        ...(hasNames ? [names[state] ?? ''] : []),
        Object.entries(arrows)
          .map(
            ([event, to]) =>
              `${event}${events[event] === undefined ? '' : ` (${events[event]})`} → \`${to}\``,
          )
          .join('<br>'),
        remarks.get(state) ?? '',
      ]),
    ),
  ]
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** What stands behind `//` in the rows of a machine, by state. */
function remarksOf(source, machine) {
  const body = source.split(`export const ${machine} = defineMachine({`)[1]?.split('\n})')[0]
  if (body === undefined) throw new Error(`there is no machine ${machine}`)
  const remarks = new Map()
  let state
  for (const line of body.split('\n')) {
    state = /^ {2}(\w+): \{/.exec(line)?.[1] ?? state
    const remark = /\/\/ (.+)$/.exec(line)?.[1]
    if (state === undefined || remark === undefined) continue
    remarks.set(state, [...(remarks.has(state) ? [remarks.get(state)] : []), remark].join('<br>'))
  }
  return remarks
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  continueUnderCurrentNode()
  writeFileSync(page, await documentLife())
}
