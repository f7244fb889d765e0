//go:build gnustep

// The center itself. Its clients' calls are carried out one after the other on a thread of
// its own, where it also calls them back. Categories are taken as late as they may: when
// their client asks for them, or after the next request.

#import "types.h"
#import <Block.h>
#import <pthread.h>

#import "standin.h"

typedef void (^job)(void);

// queue is a thread that carries jobs out, one after the other.
@interface Queue : NSObject {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    NSMutableArray *jobs; // pointers to blocks
    pthread_t thread;
}
- (void)later:(job)job;
- (void)now:(job)job; // waits for it
@end

@implementation Queue

static void *work(void *queue) {
    [(Queue *)queue work];
    return NULL;
}

- (instancetype)init {
    self = [super init];
    pthread_mutex_init(&mutex, NULL);
    pthread_cond_init(&changed, NULL);
    jobs = [[NSMutableArray alloc] init];
    pthread_create(&thread, NULL, work, self);
    return self;
}

- (void)work {
    GSRegisterCurrentThread();
    for (;;) {
        @autoreleasepool {
            pthread_mutex_lock(&mutex);
            while ([jobs count] == 0) {
                pthread_cond_wait(&changed, &mutex);
            }
            job next = (job)[[jobs objectAtIndex:0] pointerValue];
            [jobs removeObjectAtIndex:0];
            pthread_mutex_unlock(&mutex);
            next();
            Block_release(next);
        }
    }
}

- (void)later:(job)job {
    pthread_mutex_lock(&mutex);
    [jobs addObject:[NSValue valueWithPointer:Block_copy(job)]];
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}

- (void)now:(job)job {
    NSConditionLock *done = [[NSConditionLock alloc] initWithCondition:0];
    [self later:^{
        job();
        [done lock];
        [done unlockWithCondition:1];
    }];
    [done lockWhenCondition:1];
    [done unlock];
    [done release];
}

@end

static UNUserNotificationCenter *theCenter;
static Queue *requests;
static BOOL inBundle = YES;
static UNAuthorizationStatus status;
static int asked;                           // how often the user was
static BOOL held, inFront;                  // requests; the program
static NSString *fault;                     // what goes wrong: "authorization", "add", "throw"
static NSMutableArray *questions;           // pointers to the completion handlers of requests for authorization
static NSConditionLock *question;           // 1 while there are any
static NSSet *categories, *registering;     // taken, and not yet
static NSMutableArray *pending, *delivered; // requests, the oldest first
static NSMutableDictionary *presented;      // options by identifier, where the delegate was asked
static NSMutableDictionary *buttons;        // titles by identifier, as its category had them on delivery
static BOOL handled;                        // the answer

#pragma clang diagnostic ignored "-Wobjc-protocol-method-implementation"
@implementation NSBundle (Standin)
- (NSString *)bundleIdentifier { return inBundle ? @"invalid.example.program" : nil; }
@end

static NSError *notAllowed(void) {
    NSDictionary *info = [NSDictionary dictionaryWithObject:@"Notifications are not allowed for this application" forKey:NSLocalizedDescriptionKey];
    return [NSError errorWithDomain:UNErrorDomain code:UNErrorCodeNotificationsNotAllowed userInfo:info];
}

static NSArray *buttonsOf(UNNotificationRequest *request) {
    NSMutableArray *titles = [NSMutableArray array];
    for (UNNotificationCategory *category in categories) {
        if ([category.identifier isEqualToString:request.content.categoryIdentifier]) {
            for (UNNotificationAction *action in category.actions) {
                [titles addObject:action.title];
            }
        }
    }
    return titles;
}

static void takeOut(NSMutableArray *from, NSString *identifier) {
    for (NSUInteger i = [from count]; i > 0; i--) {
        if ([[[from objectAtIndex:i - 1] identifier] isEqualToString:identifier]) {
            [from removeObjectAtIndex:i - 1];
        }
    }
}

@implementation UNUserNotificationCenter
@synthesize delegate;

+ (UNUserNotificationCenter *)currentNotificationCenter {
    if (!inBundle) {
        [NSException raise:NSInternalInconsistencyException format:@"bundleProxyForCurrentProcess is nil"];
    }
    return theCenter;
}

+ (void)initialize {
    if (theCenter == nil) {
        theCenter = [[self alloc] init];
    }
}

- (instancetype)init {
    self = [super init];
    requests = [[Queue alloc] init];
    [self reset];
    return self;
}

- (void)reset {
    status = UNAuthorizationStatusNotDetermined;
    asked = 0;
    held = inFront = NO;
    ASSIGN(fault, nil);
    ASSIGN(questions, [NSMutableArray array]);
    ASSIGN(question, [[[NSConditionLock alloc] initWithCondition:0] autorelease]);
    ASSIGN(categories, [NSSet set]);
    ASSIGN(registering, categories);
    ASSIGN(pending, [NSMutableArray array]);
    ASSIGN(delivered, [NSMutableArray array]);
    ASSIGN(presented, [NSMutableDictionary dictionary]);
    ASSIGN(buttons, [NSMutableDictionary dictionary]);
}

- (void)getNotificationSettingsWithCompletionHandler:(void (^)(UNNotificationSettings *))completionHandler {
    [requests later:^{
        completionHandler([UNNotificationSettings of:status]);
    }];
}

- (void)requestAuthorizationWithOptions:(UNAuthorizationOptions)options completionHandler:(void (^)(BOOL, NSError *))completionHandler {
    [requests later:^{
        if ([fault isEqualToString:@"authorization"]) {
            completionHandler(NO, notAllowed()); // as for a program that is not signed
        } else if (status == UNAuthorizationStatusNotDetermined) {
            asked++;
            [questions addObject:[NSValue valueWithPointer:Block_copy(completionHandler)]];
            [question lock];
            [question unlockWithCondition:1];
        } else if (status == UNAuthorizationStatusDenied) {
            completionHandler(NO, notAllowed());
        } else {
            completionHandler(YES, nil);
        }
    }];
}

- (void)setNotificationCategories:(NSSet<UNNotificationCategory *> *)set {
    NSSet *taken = [[set copy] autorelease];
    [requests later:^{ ASSIGN(registering, taken); }];
}

- (void)getNotificationCategoriesWithCompletionHandler:(void (^)(NSSet<UNNotificationCategory *> *))completionHandler {
    [requests later:^{
        ASSIGN(categories, registering);
        completionHandler(categories);
    }];
}

- (void)addNotificationRequest:(UNNotificationRequest *)request withCompletionHandler:(void (^)(NSError *))completionHandler {
    if ([fault isEqualToString:@"throw"]) {
        [NSException raise:NSInternalInconsistencyException format:@"as it was told to"];
    }
    [requests later:^{
        if (status < UNAuthorizationStatusAuthorized || [fault isEqualToString:@"add"]) {
            completionHandler(notAllowed());
            return;
        }
        takeOut(pending, request.identifier);
        [pending addObject:request];
        if (!held) {
            [self deliver];
        }
        ASSIGN(categories, registering);
        completionHandler(nil);
    }];
}

- (void)deliver {
    for (UNNotificationRequest *request in pending) {
        takeOut(delivered, request.identifier);
        [delivered addObject:request];
        [buttons setObject:buttonsOf(request) forKey:request.identifier];
        if (!inFront) {
            continue;
        }
        [[self delegate] userNotificationCenter:self
                 willPresentNotification:[UNNotification of:request]
                   withCompletionHandler:^(UNNotificationPresentationOptions options) {
            [presented setObject:[NSNumber numberWithUnsignedInteger:options] forKey:request.identifier];
        }];
    }
    [pending removeAllObjects];
}

- (void)removePendingNotificationRequestsWithIdentifiers:(NSArray<NSString *> *)identifiers {
    [requests later:^{
        for (NSString *identifier in identifiers) {
            takeOut(pending, identifier);
        }
    }];
}

- (void)removeDeliveredNotificationsWithIdentifiers:(NSArray<NSString *> *)identifiers {
    [requests later:^{
        for (NSString *identifier in identifiers) {
            takeOut(delivered, identifier);
        }
    }];
}

@end

void standin_reset(void) {
    inBundle = YES;
    @autoreleasepool {
        [UNUserNotificationCenter currentNotificationCenter]; // there is one from now on
        [requests now:^{ [theCenter reset]; }];
    }
}

void standin_bundle(bool inside) { inBundle = inside; }

void standin_permission(int said) {
    @autoreleasepool {
        [requests now:^{ status = said; }];
    }
}

bool standin_await_question(void) {
    @autoreleasepool {
        if (![question lockWhenCondition:1 beforeDate:[NSDate dateWithTimeIntervalSinceNow:20]]) {
            return false;
        }
        [question unlock];
        return true;
    }
}

void standin_decide(bool granted) {
    @autoreleasepool {
        [requests now:^{
            status = granted ? UNAuthorizationStatusAuthorized : UNAuthorizationStatusDenied;
            NSArray *answered = [[questions copy] autorelease];
            [questions removeAllObjects];
            [question lock];
            [question unlockWithCondition:0];
            for (NSValue *value in answered) {
                void (^answer)(BOOL, NSError *) = (void (^)(BOOL, NSError *))[value pointerValue];
                answer(granted, granted ? nil : notAllowed());
                Block_release(answer);
            }
        }];
    }
}

void standin_fault(const char *way) {
    @autoreleasepool {
        NSString *what = [NSString stringWithUTF8String:way];
        [requests now:^{ ASSIGN(fault, what); }];
    }
}

void standin_hold(bool hold) {
    @autoreleasepool {
        [requests now:^{
            held = hold;
            if (!held) {
                [theCenter deliver];
            }
        }];
    }
}

void standin_front(bool front) {
    @autoreleasepool {
        [requests now:^{ inFront = front; }];
    }
}

static NSArray *describe(NSArray *some) {
    NSMutableArray *all = [NSMutableArray array];
    for (UNNotificationRequest *request in some) {
        UNNotificationContent *content = request.content;
        [all addObject:[NSDictionary dictionaryWithObjectsAndKeys:
            request.identifier, @"Place", content.title, @"Title", content.body, @"Body",
            [buttons objectForKey:request.identifier] ?: [NSArray array], @"Buttons",
            [NSNumber numberWithBool:content.sound != nil], @"Sound",
            [presented objectForKey:request.identifier], @"Presented", nil]];
    }
    return all;
}

char *standin_state(void) {
    @autoreleasepool {
        NSMutableData *state = [NSMutableData data];
        [requests now:^{
            NSDictionary *all = [NSDictionary dictionaryWithObjectsAndKeys:
                describe(pending), @"Pending", describe(delivered), @"Delivered",
                [NSNumber numberWithUnsignedInteger:[categories count]], @"Categories",
                [NSNumber numberWithInt:asked], @"Asked",
                [NSNumber numberWithInt:standin_contents], @"Contents", nil];
            [state appendData:[NSJSONSerialization dataWithJSONObject:all options:0 error:NULL]];
        }];
        return strndup([state bytes], [state length]);
    }
}

bool standin_press(const char *identifier, const char *action) {
    @autoreleasepool {
        NSString *place = [NSString stringWithUTF8String:identifier], *what = [NSString stringWithUTF8String:action];
        [requests now:^{
            handled = NO;
            UNNotificationRequest *pressed = nil;
            for (UNNotificationRequest *request in delivered) {
                if ([request.identifier isEqualToString:place]) {
                    pressed = [[request retain] autorelease];
                }
            }
            if (pressed == nil) {
                return;
            }
            takeOut(delivered, place);
            [[theCenter delegate] userNotificationCenter:theCenter
                         didReceiveNotificationResponse:[UNNotificationResponse to:[UNNotification of:pressed] action:what]
                                  withCompletionHandler:^{ handled = YES; }];
        }];
        return handled;
    }
}
