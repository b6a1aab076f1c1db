import { Hidden } from '@acme/ui'

const PLACES = Array.from({ length: 9 }, (_, place) => place)

/** Where the cards will be. */
export function CardSkeletons() {
  return (
    <div role="status">
      <Hidden>Loading chats…</Hidden>
      {PLACES.map((place) => (
        <div key={place} className="card-skeleton" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  )
}
