/**
 * Phones lay the keyboard over the page and tell only the top window's `visualViewport`; a frame never hears
 * of it. So the loader, not the panel, keeps the full-screen panel in what is left.
 */
export function followKeyboard(panel: HTMLElement) {
  const viewport = window.visualViewport
  if (!viewport) return
  const follow = () => {
    // Somebody who has zoomed in wants to look closer, not to have the panel shrink.
    const zoomed = viewport.scale > 1.01
    panel.style.setProperty('--height', zoomed ? '100dvh' : `${viewport.height}px`)
    panel.style.setProperty('--top', zoomed ? '0px' : `${viewport.offsetTop}px`)
  }
  viewport.addEventListener('resize', follow)
  viewport.addEventListener('scroll', follow)
  follow()
}
