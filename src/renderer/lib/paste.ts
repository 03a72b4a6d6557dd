/** What is pasted, mostly from Word: its structure stays, its clothes go. */
import { beginningOf } from '../../shared/document/beginnings.ts'

/** Nothing of these is text. */
const JUNK = 'script, style, meta, link, title, xml, object, iframe, img, svg, form, input, button'
const KEPT_ATTRIBUTES = new Set(['colspan', 'rowspan', 'data-line', 'data-kind', 'data-align'])

/**
 * Takes from pasted HTML all but lines, tables and what is bold, italic, underlined, raised or lowered. Lines that
 * begin with a number become the part whose number it is; the number itself goes, since ours are counted.
 */
export function cleanPasted(html: string): string {
  const { body } = new DOMParser().parseFromString(html.normalize('NFC'), 'text/html')
  // What our own editor copied is as it should be.
  if (body.querySelector('[data-pm-slice]') !== null) return html
  for (const junk of body.querySelectorAll(JUNK)) junk.remove()
  const comments = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT)
  const found: Node[] = []
  while (comments.nextNode()) found.push(comments.currentNode)
  for (const comment of found) comment.parentNode?.removeChild(comment)
  for (const heading of body.querySelectorAll('h1, h2, h3, h4, h5, h6, li, dt, dd')) asParagraph(heading)
  for (const line of body.querySelectorAll('p')) {
    if (line.closest('table') === null) nameLine(line)
    const align = /text-align:(center|right)/u.exec(styleOf(line))?.[1] ?? line.getAttribute('align')
    if (align === 'center' || align === 'right') line.dataset['align'] = align
  }
  for (const span of body.querySelectorAll('span, font')) keepLook(span)
  for (const element of body.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) {
      if (!KEPT_ATTRIBUTES.has(name)) element.removeAttribute(name)
    }
  }
  return body.innerHTML
}

function asParagraph(element: Element): void {
  if (element.querySelector('p') !== null) return
  const line = document.createElement('p')
  const ordered = element.closest('ol')
  if (element.tagName === 'LI' && ordered !== null) line.dataset['line'] = 'clause'
  line.append(...element.childNodes)
  element.replaceWith(line)
}

function nameLine(line: HTMLElement): void {
  if (line.dataset['line'] !== undefined) return
  const text = line.textContent.replace(/\s+/gu, ' ')
  const begun = beginningOf(text)
  if (begun === undefined) return
  line.dataset['line'] = begun.line
  if (begun.line === 'division') line.dataset['kind'] = begun.kind
  dropLetters(line, begun.begin)
}

/** Takes away what is written at the beginning, whichever elements it stands in. Spaces count as none. */
function dropLetters(line: HTMLElement, begin: string): void {
  let left = begin.replace(/\s/gu, '').length
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    let text = node.nodeValue ?? ''
    while (text !== '' && (left > 0 || /^\s/u.test(text))) {
      if (!/^\s/u.test(text)) left -= 1
      text = text.slice(1)
    }
    node.nodeValue = text
    if (text !== '') return
  }
}

/**
 * Word says bold with a style as often as with an element. The style is read as text: the window's content policy
 * keeps it from being parsed.
 */
function keepLook(span: Element): void {
  const style = styleOf(span)
  const tags = [
    ...(/font-weight:(?:bold|[6-9]00)/u.test(style) ? ['b'] : []),
    ...(/font-style:italic/u.test(style) ? ['i'] : []),
    ...(/text-decoration[a-z-]*:[^;]*underline/u.test(style) ? ['u'] : []),
    ...(/vertical-align:super/u.test(style) ? ['sup'] : []),
    ...(/vertical-align:sub(?![a-z])/u.test(style) ? ['sub'] : []),
  ]
  let inside: Node[] = [...span.childNodes]
  for (const tag of tags) {
    const element = document.createElement(tag)
    element.append(...inside)
    inside = [element]
  }
  span.replaceWith(...inside)
}

function styleOf(element: Element): string {
  return (element.getAttribute('style') ?? '').toLowerCase().replace(/\s+/gu, '')
}
