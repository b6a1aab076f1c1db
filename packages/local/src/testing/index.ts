export { type FreshDatabase, freshDatabase, TEMPLATE, TEST_POSTGRES } from './fresh-database.ts'
export { shareSurviving } from './young-garbage.ts'
