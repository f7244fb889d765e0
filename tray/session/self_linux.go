package session

// selfPath runs the very file that runs now, whatever has become of its name.
const selfPath = "/proc/self/exe"
