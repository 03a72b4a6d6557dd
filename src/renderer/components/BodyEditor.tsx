import { EditorContent, useEditor, useEditorState, type Editor, type JSONContent } from '@tiptap/react'
import {
  AlignCenter,
  AlignJustify,
  AlignLeft,
  BetweenHorizontalStart,
  BetweenVerticalStart,
  Bold,
  Columns2,
  ImagePlus,
  Italic,
  Redo2,
  Rows2,
  SeparatorHorizontal,
  Table as TableIcon,
  Underline,
  Undo2,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Toolbar } from 'react-aria-components'

import { body, type Body } from '../../shared/document/body.ts'
import { sha256Hex, type DocumentId } from '../../shared/document/fields.ts'
import { bodyExtensions, LINE_KINDS, type LineKind } from '../lib/body-schema.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import styles from './BodyEditor.module.css'
import { IconButton } from './Button.tsx'

const PICTURES = 'image/png,image/jpeg'

/** The text of a document or an appendix: its parts, tables and pictures. What is typed is told as a whole. */
export function BodyEditor({
  id,
  label,
  first,
  onChange,
}: {
  id: DocumentId
  label: string
  /** What it begins with; later changes come from here only. Give it another key to begin anew. */
  first: Body
  onChange: (value: Body) => void
}) {
  /** Pictures that were just added, which the kept text does not show yet. */
  const [fresh] = useState(() => new Map<string, Uint8Array>())
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  const editor = useEditor({
    extensions: bodyExtensions(
      async (sha256) =>
        fresh.get(sha256) ?? (await call('drafting.picture', { id, sha256: sha256Hex.parse(sha256) })).bytes,
    ),
    content: JSON.parse(JSON.stringify(first)) as JSONContent,
    injectCSS: false,
    editorProps: { attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label } },
    onUpdate: ({ editor: changed }) => {
      const written = body.safeParse(changed.getJSON())
      if (written.success) latest.current(written.data)
    },
  })
  const picture = useAction(async (file: File) => {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const { sha256, widthMm } = await call('drafting.keepPicture', { id, bytes })
    fresh.set(sha256, bytes)
    editor
      .chain()
      .focus()
      .insertContent({ type: 'picture', attrs: { sha256, widthMm, alt: file.name.replace(/\.\w+$/u, '') } })
      .run()
  })
  return (
    <div className={styles['editor']}>
      <FormatBar
        editor={editor}
        onPicture={(file) => {
          void picture.run(file)
        }}
      />
      <FailureBanner error={picture.error} />
      <EditorContent editor={editor} className={styles['body']} />
    </div>
  )
}

function FormatBar({ editor, onPicture }: { editor: Editor; onPicture: (file: File) => void }) {
  const chooser = useRef<HTMLInputElement>(null)
  const now = useEditorState({
    editor,
    selector: ({ editor: one }) => ({
      kind: kindOf(one),
      bold: one.isActive('bold'),
      italic: one.isActive('italic'),
      underline: one.isActive('underline'),
      inTable: one.isActive('table'),
      canUndo: one.can().undo(),
      canRedo: one.can().redo(),
    }),
  })
  const { drafting: words } = TEXT
  const chain = () => editor.chain().focus()
  const align = (to: string) => () => chain().updateAttributes('paragraph', { align: to }).run()
  return (
    <Toolbar aria-label={words.toolbar} className={styles['toolbar'] ?? ''}>
      <select
        aria-label={words.lineKind}
        className={styles['kind']}
        value={now.kind}
        onChange={(event) => {
          const kind = LINE_KINDS.find((one) => one === event.target.value)
          if (kind !== undefined) setKind(editor, kind)
        }}
      >
        {LINE_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {words.lineKinds[kind]}
          </option>
        ))}
      </select>
      <Tool icon={Bold} label={words.bold} isOn={now.bold} onPress={() => chain().toggleBold().run()} />
      <Tool
        icon={Italic}
        label={words.italic}
        isOn={now.italic}
        onPress={() => chain().toggleItalic().run()}
      />
      <Tool
        icon={Underline}
        label={words.underline}
        isOn={now.underline}
        onPress={() => chain().toggleUnderline().run()}
      />
      <Tool icon={AlignJustify} label={words.alignJustify} onPress={align('justify')} />
      <Tool icon={AlignLeft} label={words.alignLeft} onPress={align('left')} />
      <Tool icon={AlignCenter} label={words.alignCenter} onPress={align('center')} />
      <Tool
        icon={TableIcon}
        label={words.table}
        onPress={() => chain().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run()}
      />
      {now.inTable ? (
        <>
          <Tool
            icon={BetweenHorizontalStart}
            label={words.addRow}
            onPress={() => chain().addRowAfter().run()}
          />
          <Tool
            icon={BetweenVerticalStart}
            label={words.addColumn}
            onPress={() => chain().addColumnAfter().run()}
          />
          <Tool icon={Rows2} label={words.removeRow} onPress={() => chain().deleteRow().run()} />
          <Tool icon={Columns2} label={words.removeColumn} onPress={() => chain().deleteColumn().run()} />
        </>
      ) : null}
      <Tool icon={ImagePlus} label={words.picture} onPress={() => chooser.current?.click()} />
      <input
        ref={chooser}
        type="file"
        accept={PICTURES}
        hidden
        aria-label={words.picture}
        onChange={(event) => {
          const [file] = event.target.files ?? []
          event.target.value = ''
          if (file !== undefined) onPicture(file)
        }}
      />
      <Tool
        icon={SeparatorHorizontal}
        label={words.pageBreak}
        onPress={() => chain().insertContent({ type: 'pageBreak' }).run()}
      />
      <Tool icon={Undo2} label={words.undo} isDisabled={!now.canUndo} onPress={() => chain().undo().run()} />
      <Tool icon={Redo2} label={words.redo} isDisabled={!now.canRedo} onPress={() => chain().redo().run()} />
    </Toolbar>
  )
}

function Tool({
  icon,
  label,
  isOn = false,
  isDisabled = false,
  onPress,
}: {
  icon: LucideIcon
  label: string
  isOn?: boolean
  isDisabled?: boolean
  onPress: () => void
}) {
  return (
    <span className={isOn ? styles['on'] : undefined}>
      <IconButton kind="quiet" icon={icon} label={label} isDisabled={isDisabled} onPress={onPress} />
    </span>
  )
}

function kindOf(editor: Editor): LineKind {
  if (editor.isActive('division', { kind: 'section' })) return 'section'
  if (editor.isActive('division')) return 'chapter'
  return LINE_KINDS.find((kind) => kind !== 'paragraph' && editor.isActive(kind)) ?? 'paragraph'
}

function setKind(editor: Editor, kind: LineKind): void {
  const chain = editor.chain().focus()
  if (kind === 'chapter' || kind === 'section') chain.setNode('division', { kind }).run()
  else chain.setNode(kind).run()
}
