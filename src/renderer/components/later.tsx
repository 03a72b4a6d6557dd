import { lazy, Suspense, type ComponentType } from 'react'

import { Skeleton } from './Banner.tsx'

/**
 * A component whose code is loaded when it is first shown: screens and libraries that a start of the program does
 * not need. Until then bones stand in its place.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded = lazy(async () => {
    const Shown = await load()
    return { default: (props: { readonly inner: Props }) => <Shown {...props.inner} /> }
  })
  return function Later(props) {
    return (
      <Suspense fallback={<Skeleton />}>
        <Loaded inner={props} />
      </Suspense>
    )
  }
}
