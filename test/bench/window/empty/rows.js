/** At `#rows`: as many plain lines as scroll.ts has documents, of which those in sight exist. */
const ROWS = 100_000
const HEIGHT = 110

if (location.hash === '#rows') {
  const list = document.querySelector('[role=listbox]')
  const sizer = document.createElement('div')
  list.tabIndex = 0
  list.style.cssText = 'height: 700px; width: 420px; overflow: auto; margin: 0; padding: 0'
  sizer.style.cssText = `position: relative; height: ${ROWS * HEIGHT}px`
  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 6)
    const last = Math.min(ROWS, first + 19)
    const rows = []
    for (let row = first; row < last; row += 1) {
      const line = document.createElement('div')
      line.setAttribute('role', 'option')
      line.setAttribute('aria-setsize', String(ROWS))
      line.style.cssText = `position: absolute; top: ${row * HEIGHT}px; height: ${HEIGHT}px`
      line.textContent = `${row + 1}`
      rows.push(line)
    }
    sizer.replaceChildren(...rows)
  }
  list.replaceChildren(sizer)
  list.addEventListener('scroll', draw)
  draw()
}
