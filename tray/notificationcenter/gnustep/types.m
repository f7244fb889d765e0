//go:build gnustep

// What requests and answers consist of.

#import "types.h"

NSString *const UNErrorDomain = @"UNErrorDomain";
NSString *const UNNotificationDefaultActionIdentifier = @"com.apple.UNNotificationDefaultActionIdentifier";
NSString *const UNNotificationDismissActionIdentifier = @"com.apple.UNNotificationDismissActionIdentifier";

// need throws as Apple's do for what must not be nil.
static id need(id value, NSString *name) {
    if (value == nil) {
        [NSException raise:NSInvalidArgumentException format:@"%@ must not be nil", name];
    }
    return value;
}

@implementation UNNotificationSettings
@synthesize authorizationStatus;
+ (instancetype)of:(UNAuthorizationStatus)status {
    UNNotificationSettings *settings = [[[self alloc] init] autorelease];
    settings->authorizationStatus = status;
    return settings;
}
@end

@implementation UNNotificationAction
@synthesize identifier, title, options;
+ (instancetype)actionWithIdentifier:(NSString *)anIdentifier title:(NSString *)aTitle options:(UNNotificationActionOptions)someOptions {
    UNNotificationAction *action = [[[self alloc] init] autorelease];
    action->identifier = [need(anIdentifier, @"identifier") copy];
    action->title = [need(aTitle, @"title") copy];
    action->options = someOptions;
    return action;
}
- (void)dealloc {
    [identifier release];
    [title release];
    [super dealloc];
}
@end

@implementation UNNotificationCategory
@synthesize identifier, actions, options;
+ (instancetype)categoryWithIdentifier:(NSString *)anIdentifier
                               actions:(NSArray<UNNotificationAction *> *)someActions
                     intentIdentifiers:(NSArray<NSString *> *)intentIdentifiers
                               options:(UNNotificationCategoryOptions)someOptions {
    UNNotificationCategory *category = [[[self alloc] init] autorelease];
    need(intentIdentifiers, @"intentIdentifiers");
    category->identifier = [need(anIdentifier, @"identifier") copy];
    category->actions = [need(someActions, @"actions") copy];
    category->options = someOptions;
    return category;
}
- (void)dealloc {
    [identifier release];
    [actions release];
    [super dealloc];
}
@end

@implementation UNNotificationSound
+ (UNNotificationSound *)defaultSound { return [[[self alloc] init] autorelease]; }
- (id)copyWithZone:(NSZone *)zone { return [self retain]; }
@end

int standin_contents;

@implementation UNNotificationContent
@synthesize title = _title, body = _body, categoryIdentifier = _categoryIdentifier, userInfo = _userInfo, sound = _sound;
- (instancetype)init {
    self = [super init];
    _title = _body = _categoryIdentifier = @"";
    _userInfo = [[NSDictionary alloc] init];
    __atomic_add_fetch(&standin_contents, 1, __ATOMIC_SEQ_CST);
    return self;
}
- (void)dealloc {
    __atomic_sub_fetch(&standin_contents, 1, __ATOMIC_SEQ_CST);
    [_title release];
    [_body release];
    [_categoryIdentifier release];
    [_userInfo release];
    [_sound release];
    [super dealloc];
}
@end

@implementation UNMutableNotificationContent
@dynamic title, body, categoryIdentifier, userInfo, sound;
- (void)setTitle:(NSString *)text { ASSIGNCOPY(_title, need(text, @"title")); }
- (void)setBody:(NSString *)text { ASSIGNCOPY(_body, need(text, @"body")); }
- (void)setCategoryIdentifier:(NSString *)text { ASSIGNCOPY(_categoryIdentifier, need(text, @"categoryIdentifier")); }
- (void)setUserInfo:(NSDictionary *)info { ASSIGNCOPY(_userInfo, need(info, @"userInfo")); }
- (void)setSound:(UNNotificationSound *)sound { ASSIGNCOPY(_sound, sound); }
@end

@implementation UNNotificationRequest
@synthesize identifier, content, trigger;
+ (instancetype)requestWithIdentifier:(NSString *)anIdentifier
                              content:(UNNotificationContent *)someContent
                              trigger:(UNNotificationTrigger *)aTrigger {
    UNNotificationRequest *request = [[[self alloc] init] autorelease];
    request->identifier = [need(anIdentifier, @"identifier") copy];
    request->content = [need(someContent, @"content") retain];
    request->trigger = [aTrigger retain];
    return request;
}
- (void)dealloc {
    [identifier release];
    [content release];
    [trigger release];
    [super dealloc];
}
@end

@implementation UNNotificationTrigger
@end

@implementation UNNotification
@synthesize date, request;
+ (instancetype)of:(UNNotificationRequest *)request {
    UNNotification *notification = [[[self alloc] init] autorelease];
    notification->date = [[NSDate alloc] init];
    notification->request = [request retain];
    return notification;
}
- (void)dealloc {
    [date release];
    [request release];
    [super dealloc];
}
@end

@implementation UNNotificationResponse
@synthesize notification, actionIdentifier;
+ (instancetype)to:(UNNotification *)notification action:(NSString *)action {
    UNNotificationResponse *response = [[[self alloc] init] autorelease];
    response->notification = [notification retain];
    response->actionIdentifier = [action copy];
    return response;
}
- (void)dealloc {
    [notification release];
    [actionIdentifier release];
    [super dealloc];
}
@end
