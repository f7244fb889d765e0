// GNUstep asks for this where the compiler has blocks.
#include <Block.h>
