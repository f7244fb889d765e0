package control

// Windows has Unix sockets, but not every system that runs its programs.
const unixSockets = false
