import type { MarkedToken, Tokens } from 'marked'
import { useEffect, useRef, useState, type ReactNode } from 'react'

import { anchorOf, chapterWith, CHAPTERS, known, pictureAddress } from '../lib/guide.ts'
import { TEXT } from '../text.vi.ts'
import { Choice } from './Field.tsx'
import styles from './Guide.module.css'

/** The user guide: a chapter at a time, with all others to choose from. */
export function Guide({ first }: { /** The heading that is shown first. */ first: string }) {
  const [anchor, setAnchor] = useState(first)
  const article = useRef<HTMLElement>(null)
  const chapter = chapterWith(anchor)
  useEffect(() => {
    const { current } = article
    const heading = current?.querySelector<HTMLElement>(`[data-anchor="${CSS.escape(anchor)}"]`)
    if (current === null || !heading) return
    // Read aloud from there; whoever goes through the list of chapters stays in it.
    if (document.activeElement?.tagName !== 'SELECT') heading.focus()
    const show = () => {
      heading.scrollIntoView()
    }
    show()
    // Pictures take their height only now.
    void Promise.allSettled([...current.querySelectorAll('img')].map((image) => image.decode())).then(show)
  }, [anchor])

  if (chapter === undefined) return null
  return (
    <>
      <Choice
        label={TEXT.guide.chapter}
        value={chapter.anchor}
        options={CHAPTERS.map((one) => ({ value: one.anchor, text: one.title }))}
        onChange={setAnchor}
      />
      <article ref={article} className={styles['article']} aria-label={chapter.title} tabIndex={0}>
        <h3 data-anchor={chapter.anchor} tabIndex={-1}>
          {chapter.title}
        </h3>
        {written(chapter.blocks, setAnchor)}
      </article>
    </>
  )
}

/** Opens another place of the guide. */
type Follow = (anchor: string) => void

function written(tokens: readonly MarkedToken[], follow: Follow): ReactNode[] {
  return tokens.map((token, at) => <Part key={at} token={token} follow={follow} />)
}

/** A piece of the guide. What the guide does not use (HTML above all) is not shown. */
function Part({ token, follow }: { token: MarkedToken; follow: Follow }) {
  switch (token.type) {
    case 'heading':
      return (
        <h4 data-anchor={anchorOf(token.text)} tabIndex={-1}>
          {token.text}
        </h4>
      )
    case 'paragraph':
      return <p>{written(known(token.tokens), follow)}</p>
    case 'list':
      return <List token={token} follow={follow} />
    case 'table':
      return <Table token={token} follow={follow} />
    case 'strong':
      return <strong>{written(known(token.tokens), follow)}</strong>
    case 'codespan':
      return <code>{token.text}</code>
    case 'link':
      return <Reference token={token} follow={follow} />
    case 'image':
      return <img src={pictureAddress(token.href)} alt={token.text} />
    case 'text':
      return token.tokens === undefined ? token.text : written(known(token.tokens), follow)
    case 'escape':
      return token.text
    default:
      return null
  }
}

function List({ token: { ordered, items }, follow }: { token: Tokens.List; follow: Follow }) {
  const rows = items.map((item, at) => <li key={at}>{written(known(item.tokens), follow)}</li>)
  return ordered ? <ol>{rows}</ol> : <ul>{rows}</ul>
}

function Table({ token: { header, rows }, follow }: { token: Tokens.Table; follow: Follow }) {
  return (
    <table>
      <thead>
        <tr>
          {header.map((cell, at) => (
            <th key={at} scope="col">
              {written(known(cell.tokens), follow)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, column) => (
              <td key={column}>{written(known(cell.tokens), follow)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A link within the guide; the window leads nowhere else. */
function Reference({ token: { href, tokens }, follow }: { token: Tokens.Link; follow: Follow }) {
  return (
    <a
      href={href}
      onClick={(event) => {
        event.preventDefault()
        follow(decodeURI(href.slice(1)))
      }}
    >
      {written(known(tokens), follow)}
    </a>
  )
}
