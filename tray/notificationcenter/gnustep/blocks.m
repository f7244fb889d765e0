//go:build gnustep

// Blocks hold what they capture, as on a Mac: the library for them that Linux has does
// not know Objective-C's objects.

#import <Foundation/Foundation.h>
#import <Block.h>

enum { isObject = 3, isBlock = 7 };

void _Block_object_assign(void *to, const void *object, const int kind) {
    *(const void **)to = kind == isObject ? [(id)object retain] : kind == isBlock ? Block_copy(object) : object;
}

void _Block_object_dispose(const void *object, const int kind) {
    if (kind == isObject) {
        [(id)object release];
    } else if (kind == isBlock) {
        Block_release(object);
    }
}
