/** Raised when the layout of a data directory changes in a way that older versions would misread. */
export const FORMAT_VERSION = 1;

/** The version of the engine's tables (src/engine/journal/schema.ts) that this Pawl brings a shard to. */
export const ENGINE_SCHEMA = 1;
