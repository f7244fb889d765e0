// The one function of Windows' bcryptprimitives.dll that a Go program asks for at its
// start, ProcessPrng, for a wine that has no such file: wine's own RtlGenRandom under
// that name. The DLL has no code, only this export.
#pragma comment(linker, "/export:ProcessPrng=advapi32.SystemFunction036")
