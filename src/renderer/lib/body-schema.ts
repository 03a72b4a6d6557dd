/** The body of a document as the editor knows it: the nodes of shared/document/body.ts, and how they are typed and pasted. */
import { Extension, Mark, mergeAttributes, Node, textblockTypeInputRule, type Extensions } from '@tiptap/core'
import { TableCell, TableHeader, Table, TableRow } from '@tiptap/extension-table'
import type { Node as DocumentNode } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { StarterKit } from '@tiptap/starter-kit'

import { labelsOf } from '../../shared/document/body.ts'
import { cleanPasted } from './paste.ts'

/** What a line of the body can be, in the order of the toolbar. */
export const LINE_KINDS = [
  'paragraph',
  'basis',
  'chapter',
  'section',
  'article',
  'numeral',
  'clause',
  'point',
] as const
export type LineKind = (typeof LINE_KINDS)[number]

/** The kinds that go on when Enter is pressed. */
const GO_ON: readonly string[] = ['basis', 'clause', 'point']

/** A line that is counted: its number is drawn, never typed. What is typed at its beginning makes it one. */
function lineNode(name: string, typed?: RegExp): Node {
  return Node.create({
    name,
    group: 'block',
    content: 'inline*',
    defining: true,
    parseHTML: () => [{ tag: `p[data-line="${name}"]`, priority: 60 }],
    renderHTML: ({ HTMLAttributes }) => ['p', mergeAttributes(HTMLAttributes, { 'data-line': name }), 0],
    addInputRules() {
      return typed === undefined ? [] : [textblockTypeInputRule({ find: typed, type: this.type })]
    },
  })
}

const Paragraph = Node.create({
  name: 'paragraph',
  priority: 1000,
  group: 'block',
  content: 'inline*',
  addAttributes: () => ({
    align: {
      default: 'justify',
      parseHTML: (element: HTMLElement) => {
        const align = element.dataset['align'] ?? element.style.textAlign
        return ['left', 'center', 'right'].includes(align) ? align : 'justify'
      },
      renderHTML: (attributes: Record<string, unknown>) => ({ 'data-align': attributes['align'] }),
    },
  }),
  parseHTML: () => [{ tag: 'p' }],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
})

const Division = Node.create({
  name: 'division',
  group: 'block',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({
    kind: {
      default: 'chapter',
      parseHTML: (element: HTMLElement) => element.dataset['kind'] ?? 'chapter',
      renderHTML: (attributes: Record<string, unknown>) => ({ 'data-kind': attributes['kind'] }),
    },
  }),
  parseHTML: () => [{ tag: 'p[data-line="division"]', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ['p', mergeAttributes(HTMLAttributes, { 'data-line': 'division' }), 0],
})

const PageBreak = Node.create({
  name: 'pageBreak',
  group: 'block',
  atom: true,
  parseHTML: () => [{ tag: 'hr' }],
  renderHTML: () => ['hr'],
})

/** @param fetchPicture gives the bytes of a picture that is kept beside the draft */
function pictureNode(fetchPicture: (sha256: string) => Promise<Uint8Array>): Node {
  return Node.create({
    name: 'picture',
    group: 'block',
    atom: true,
    draggable: true,
    addAttributes: () => ({ sha256: { default: '' }, widthMm: { default: 80 }, alt: { default: '' } }),
    parseHTML: () => [],
    renderHTML: () => ['figure'],
    addNodeView: () => {
      return ({ node }: { node: DocumentNode }) => {
        const dom = document.createElement('figure')
        const image = document.createElement('img')
        const { sha256, widthMm, alt } = node.attrs as { sha256: string; widthMm: number; alt: string }
        image.alt = alt
        image.style.width = `${String((widthMm / 165) * 100)}%`
        dom.append(image)
        let address: string | undefined
        let gone = false
        fetchPicture(sha256).then(
          (bytes) => {
            if (gone) return
            address = URL.createObjectURL(new Blob([Uint8Array.from(bytes)]))
            image.src = address
          },
          () => {
            dom.dataset['missing'] = 'true'
          },
        )
        return {
          dom,
          destroy: () => {
            gone = true
            if (address !== undefined) URL.revokeObjectURL(address)
          },
        }
      }
    },
  })
}

const scriptMark = (name: 'superscript' | 'subscript', tag: 'sup' | 'sub'): Mark =>
  Mark.create({
    name,
    excludes: name === 'superscript' ? 'subscript' : 'superscript',
    parseHTML: () => [{ tag }],
    renderHTML: () => [tag, 0],
  })

/** Draws the numbers, goes on with a kind at Enter, and keeps every letter composed. */
const Lines = Extension.create({
  name: 'lines',
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => {
        const { $from, empty } = editor.state.selection
        const name = $from.parent.type.name
        if (!empty || !GO_ON.includes(name) || $from.depth !== 1) return false
        if ($from.parent.content.size === 0) return editor.commands.setNode('paragraph')
        return editor.commands.command(({ tr, dispatch }) => {
          dispatch?.(tr.split($from.pos, 1, [{ type: $from.parent.type }]).scrollIntoView())
          return true
        })
      },
      Backspace: ({ editor }) => {
        const { $from, empty } = editor.state.selection
        const { name } = $from.parent.type
        if (!empty || $from.parentOffset > 0 || name === 'paragraph' || !$from.parent.isTextblock)
          return false
        return editor.commands.setNode('paragraph')
      },
    }
  },
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          decorations: ({ doc }) => {
            const blocks: { node: DocumentNode; at: number }[] = []
            doc.forEach((node, at) => {
              blocks.push({ node, at })
            })
            const labels = labelsOf(blocks.map(({ node }) => ({ type: node.type.name, attrs: node.attrs })))
            const drawn = blocks.flatMap(({ node, at }, index) => {
              const label = labels[index] ?? ''
              if (label === '') return []
              return [Decoration.node(at, at + node.nodeSize, { 'data-label': label })]
            })
            return DecorationSet.create(doc, drawn)
          },
          handleTextInput: (view, from, to, text) => {
            const composed = text.normalize('NFC')
            if (composed === text || view.composing) return false
            view.dispatch(view.state.tr.insertText(composed, from, to))
            return true
          },
          transformPastedHTML: cleanPasted,
          transformPastedText: (text) => text.normalize('NFC'),
        },
      }),
    ]
  },
})

/** Everything that a body may hold. */
export function bodyExtensions(fetchPicture: (sha256: string) => Promise<Uint8Array>): Extensions {
  return [
    StarterKit.configure({
      blockquote: false,
      bulletList: false,
      code: false,
      codeBlock: false,
      heading: false,
      horizontalRule: false,
      link: false,
      listItem: false,
      listKeymap: false,
      orderedList: false,
      paragraph: false,
      strike: false,
      trailingNode: false,
    }),
    Paragraph,
    lineNode('basis'),
    Division,
    lineNode('article', /^điều\s+\d+\.\s$/iu),
    lineNode('numeral', /^[IVX]+\.\s$/u),
    lineNode('clause', /^\d+\.\s$/u),
    lineNode('point', /^[a-zđ]\)\s$/u),
    pictureNode(fetchPicture),
    PageBreak,
    scriptMark('superscript', 'sup'),
    scriptMark('subscript', 'sub'),
    Table.configure({ resizable: true, allowTableNodeSelection: true }),
    TableRow,
    TableHeader.extend({ content: '(paragraph | picture)+' }),
    TableCell.extend({ content: '(paragraph | picture)+' }),
    Lines,
  ]
}
