//go:build cgo && (darwin || gnustep)

// Without automatic reference counting, so that GNUstep compiles it, too.

#import <Foundation/Foundation.h>
#import <UserNotifications/UserNotifications.h>

#include "_cgo_export.h"
#include "center.h"

static void reply(uint64_t call, int outcome, NSString *reason) {
    notificationcenterReplied(call, outcome, (char *)[reason UTF8String]);
}

static NSString *describe(NSError *error) { return error == nil ? @"no reason was given" : [error localizedDescription]; }

@interface AgentsTrayNotificationDelegate : NSObject <UNUserNotificationCenterDelegate>
@end

@implementation AgentsTrayNotificationDelegate

// Without it, nothing is shown while the program is in front of others.
- (void)userNotificationCenter:(UNUserNotificationCenter *)center
       willPresentNotification:(UNNotification *)notification
         withCompletionHandler:(void (^)(UNNotificationPresentationOptions))completionHandler {
    completionHandler(UNNotificationPresentationOptionBanner | UNNotificationPresentationOptionList | UNNotificationPresentationOptionSound);
}

- (void)userNotificationCenter:(UNUserNotificationCenter *)center
    didReceiveNotificationResponse:(UNNotificationResponse *)response
             withCompletionHandler:(void (^)(void))completionHandler {
    @autoreleasepool {
        NSString *action = [response actionIdentifier];
        if ([action isEqualToString:UNNotificationDefaultActionIdentifier]) {
            action = @"0"; // a click on the message itself
        }
        NSString *token = [[[[[response notification] request] content] userInfo] objectForKey:@"token"];
        if ([token isKindOfClass:[NSString class]]) {
            notificationcenterAnswered((char *)[token UTF8String], (char *)[action UTF8String]);
        }
    }
    completionHandler();
}

@end

bool notificationcenter_open(void) {
    static AgentsTrayNotificationDelegate *delegate; // the center does not keep it
    bool opened = false;
    @autoreleasepool {
        @try {
            if ([[NSBundle mainBundle] bundleIdentifier] != nil) {
                if (delegate == nil) {
                    delegate = [[AgentsTrayNotificationDelegate alloc] init];
                }
                [[UNUserNotificationCenter currentNotificationCenter] setDelegate:delegate];
                opened = true;
            }
        } @catch (NSException *exception) {
            opened = false;
        }
    }
    return opened;
}

// tell answers a call with what the user has said.
static void tell(uint64_t call, UNAuthorizationStatus status, NSError *error) {
    if (status == UNAuthorizationStatusDenied) {
        reply(call, notificationcenter_refused, nil);
    } else if (status == UNAuthorizationStatusNotDetermined) {
        reply(call, notificationcenter_failed, describe(error));
    } else {
        reply(call, notificationcenter_done, nil);
    }
}

static void ask(uint64_t call) {
    @autoreleasepool {
        @try {
            UNUserNotificationCenter *center = [UNUserNotificationCenter currentNotificationCenter];
            [center requestAuthorizationWithOptions:UNAuthorizationOptionAlert | UNAuthorizationOptionSound
                                  completionHandler:^(BOOL granted, NSError *error) {
                // An error may be the user's refusal, or the system's.
                [center getNotificationSettingsWithCompletionHandler:^(UNNotificationSettings *settings) {
                    tell(call, [settings authorizationStatus], error);
                }];
            }];
        } @catch (NSException *exception) {
            reply(call, notificationcenter_failed, [exception reason]);
        }
    }
}

void notificationcenter_permit(uint64_t call) {
    @autoreleasepool {
        @try {
            [[UNUserNotificationCenter currentNotificationCenter]
                getNotificationSettingsWithCompletionHandler:^(UNNotificationSettings *settings) {
                if ([settings authorizationStatus] == UNAuthorizationStatusNotDetermined) {
                    ask(call);
                } else {
                    tell(call, [settings authorizationStatus], nil);
                }
            }];
        } @catch (NSException *exception) {
            reply(call, notificationcenter_failed, [exception reason]);
        }
    }
}

// category is a set of buttons. It hears of no dismissal: nothing is to be done about one.
static UNNotificationCategory *category(NSDictionary *described) {
    NSMutableArray *actions = [NSMutableArray array];
    for (NSString *label in [described objectForKey:@"labels"]) {
        NSString *number = [NSString stringWithFormat:@"%lu", (unsigned long)[actions count]];
        // Not Foreground: the program has no window to bring to the front, and the browser should
        // get there. AuthenticationRequired: nobody presses a button while the screen is locked.
        [actions addObject:[UNNotificationAction actionWithIdentifier:number
                                                                title:label
                                                              options:UNNotificationActionOptionAuthenticationRequired]];
    }
    return [UNNotificationCategory categoryWithIdentifier:[described objectForKey:@"identifier"]
                                                  actions:actions
                                        intentIdentifiers:[NSArray array]
                                                  options:UNNotificationCategoryOptionNone];
}

static UNNotificationRequest *request(NSDictionary *message) {
    UNMutableNotificationContent *content = [[[UNMutableNotificationContent alloc] init] autorelease];
    [content setTitle:[message objectForKey:@"title"]];
    [content setBody:[message objectForKey:@"body"]];
    [content setCategoryIdentifier:[message objectForKey:@"category"]];
    [content setUserInfo:[NSDictionary dictionaryWithObject:[message objectForKey:@"token"] forKey:@"token"]];
    if ([[message objectForKey:@"sound"] boolValue]) {
        [content setSound:[UNNotificationSound defaultSound]];
    }
    return [UNNotificationRequest requestWithIdentifier:[message objectForKey:@"place"] content:content trigger:nil];
}

static void add(uint64_t call, UNNotificationRequest *wanted) {
    @autoreleasepool {
        @try {
            [[UNUserNotificationCenter currentNotificationCenter] addNotificationRequest:wanted
                                                                   withCompletionHandler:^(NSError *error) {
                reply(call, error == nil ? notificationcenter_done : notificationcenter_failed, describe(error));
            }];
        } @catch (NSException *exception) {
            reply(call, notificationcenter_failed, [exception reason]);
        }
    }
}

void notificationcenter_show(uint64_t call, const void *json, int length) {
    @autoreleasepool {
        @try {
            NSData *data = [NSData dataWithBytes:json length:(NSUInteger)length];
            NSDictionary *message = [NSJSONSerialization JSONObjectWithData:data options:0 error:NULL];
            UNNotificationRequest *wanted = request(message);
            UNUserNotificationCenter *center = [UNUserNotificationCenter currentNotificationCenter];
            NSMutableSet *categories = [NSMutableSet set];
            for (NSDictionary *described in [message objectForKey:@"categories"]) {
                [categories addObject:category(described)];
            }
            [center setNotificationCategories:categories];
            // A message that comes before its category has no buttons; the center answers
            // this after it has taken the categories.
            [center getNotificationCategoriesWithCompletionHandler:^(NSSet<UNNotificationCategory *> *registered) {
                add(call, wanted);
            }];
        } @catch (NSException *exception) {
            reply(call, notificationcenter_failed, [exception reason]);
        }
    }
}

void notificationcenter_withdraw(const void *identifier, int length) {
    @autoreleasepool {
        @try {
            NSString *text = [[[NSString alloc] initWithBytes:identifier length:(NSUInteger)length encoding:NSUTF8StringEncoding] autorelease];
            NSArray *identifiers = [NSArray arrayWithObject:text];
            UNUserNotificationCenter *center = [UNUserNotificationCenter currentNotificationCenter];
            [center removePendingNotificationRequestsWithIdentifiers:identifiers];
            [center removeDeliveredNotificationsWithIdentifiers:identifiers];
        } @catch (NSException *exception) {
            // It stays where it is.
        }
    }
}
