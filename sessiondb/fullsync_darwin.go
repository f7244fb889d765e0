package sessiondb

// fullSync asks macOS to reach the disk itself and not only its cache.
const fullSync = `PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1;`
