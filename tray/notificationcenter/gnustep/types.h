#import <UserNotifications/UserNotifications.h>

// How the center makes what its clients only read.

@interface UNNotificationSettings (Made)
+ (instancetype)of:(UNAuthorizationStatus)status;
@end

@interface UNNotification (Made)
+ (instancetype)of:(UNNotificationRequest *)request;
@end

@interface UNNotificationResponse (Made)
+ (instancetype)to:(UNNotification *)notification action:(NSString *)action;
@end

extern int standin_contents; // UNNotificationContents that there are
