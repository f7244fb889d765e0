// What center.m uses of Apple's UserNotifications, as it is documented for macOS 12. The
// instance variables are what the runtime of GCC's needs here.

#import <Foundation/Foundation.h>

#pragma clang assume_nonnull begin

@class UNNotification, UNNotificationResponse, UNUserNotificationCenter;

extern NSString *const UNErrorDomain;
typedef NS_ENUM(NSInteger, UNErrorCode) {
    UNErrorCodeNotificationsNotAllowed = 1,
};

typedef NS_OPTIONS(NSUInteger, UNAuthorizationOptions) {
    UNAuthorizationOptionBadge = (1 << 0),
    UNAuthorizationOptionSound = (1 << 1),
    UNAuthorizationOptionAlert = (1 << 2),
};

typedef NS_ENUM(NSInteger, UNAuthorizationStatus) {
    UNAuthorizationStatusNotDetermined = 0,
    UNAuthorizationStatusDenied,
    UNAuthorizationStatusAuthorized,
    UNAuthorizationStatusProvisional,
};

@interface UNNotificationSettings : NSObject {
    UNAuthorizationStatus authorizationStatus;
}
@property(readonly) UNAuthorizationStatus authorizationStatus;
@end

typedef NS_OPTIONS(NSUInteger, UNNotificationActionOptions) {
    UNNotificationActionOptionAuthenticationRequired = (1 << 0),
    UNNotificationActionOptionDestructive = (1 << 1),
    UNNotificationActionOptionForeground = (1 << 2),
};

@interface UNNotificationAction : NSObject {
    NSString *identifier, *title;
    UNNotificationActionOptions options;
}
@property(copy, readonly) NSString *identifier;
@property(copy, readonly) NSString *title;
@property(readonly) UNNotificationActionOptions options;
+ (instancetype)actionWithIdentifier:(NSString *)identifier title:(NSString *)title options:(UNNotificationActionOptions)options;
@end

typedef NS_OPTIONS(NSUInteger, UNNotificationCategoryOptions) {
    UNNotificationCategoryOptionCustomDismissAction = (1 << 0),
};
static const UNNotificationCategoryOptions UNNotificationCategoryOptionNone = 0;

@interface UNNotificationCategory : NSObject {
    NSString *identifier;
    NSArray *actions;
    UNNotificationCategoryOptions options;
}
@property(copy, readonly) NSString *identifier;
@property(copy, readonly) NSArray<UNNotificationAction *> *actions;
@property(readonly) UNNotificationCategoryOptions options;
+ (instancetype)categoryWithIdentifier:(NSString *)identifier
                               actions:(NSArray<UNNotificationAction *> *)actions
                     intentIdentifiers:(NSArray<NSString *> *)intentIdentifiers
                               options:(UNNotificationCategoryOptions)options;
@end

@interface UNNotificationSound : NSObject
+ (UNNotificationSound *)defaultSound;
@end

@interface UNNotificationContent : NSObject {
    NSString *_title, *_body, *_categoryIdentifier;
    NSDictionary *_userInfo;
    UNNotificationSound *_sound;
}
@property(copy, readonly) NSString *title;
@property(copy, readonly) NSString *body;
@property(copy, readonly) NSString *categoryIdentifier;
@property(copy, readonly) NSDictionary *userInfo;
@property(copy, readonly, nullable) UNNotificationSound *sound;
@end

@interface UNMutableNotificationContent : UNNotificationContent
@property(copy) NSString *title;
@property(copy) NSString *body;
@property(copy) NSString *categoryIdentifier;
@property(copy) NSDictionary *userInfo;
@property(copy, nullable) UNNotificationSound *sound;
@end

@interface UNNotificationTrigger : NSObject
@end

@interface UNNotificationRequest : NSObject {
    NSString *identifier;
    UNNotificationContent *content;
    UNNotificationTrigger *trigger;
}
@property(copy, readonly) NSString *identifier;
@property(copy, readonly) UNNotificationContent *content;
@property(copy, readonly, nullable) UNNotificationTrigger *trigger;
+ (instancetype)requestWithIdentifier:(NSString *)identifier
                              content:(UNNotificationContent *)content
                              trigger:(nullable UNNotificationTrigger *)trigger;
@end

@interface UNNotification : NSObject {
    NSDate *date;
    UNNotificationRequest *request;
}
@property(copy, readonly) NSDate *date;
@property(copy, readonly) UNNotificationRequest *request;
@end

extern NSString *const UNNotificationDefaultActionIdentifier;
extern NSString *const UNNotificationDismissActionIdentifier;

@interface UNNotificationResponse : NSObject {
    UNNotification *notification;
    NSString *actionIdentifier;
}
@property(copy, readonly) UNNotification *notification;
@property(copy, readonly) NSString *actionIdentifier;
@end

typedef NS_OPTIONS(NSUInteger, UNNotificationPresentationOptions) {
    UNNotificationPresentationOptionBadge = (1 << 0),
    UNNotificationPresentationOptionSound = (1 << 1),
    UNNotificationPresentationOptionList = (1 << 3),
    UNNotificationPresentationOptionBanner = (1 << 4),
};

@protocol UNUserNotificationCenterDelegate <NSObject>
@optional
- (void)userNotificationCenter:(UNUserNotificationCenter *)center
       willPresentNotification:(UNNotification *)notification
         withCompletionHandler:(void (^)(UNNotificationPresentationOptions options))completionHandler;
- (void)userNotificationCenter:(UNUserNotificationCenter *)center
    didReceiveNotificationResponse:(UNNotificationResponse *)response
             withCompletionHandler:(void (^)(void))completionHandler;
@end

@interface UNUserNotificationCenter : NSObject {
    id<UNUserNotificationCenterDelegate> delegate;
}
@property(nullable, assign) id<UNUserNotificationCenterDelegate> delegate; // weak there
+ (UNUserNotificationCenter *)currentNotificationCenter;
- (void)requestAuthorizationWithOptions:(UNAuthorizationOptions)options
                      completionHandler:(void (^)(BOOL granted, NSError *_Nullable error))completionHandler;
- (void)setNotificationCategories:(NSSet<UNNotificationCategory *> *)categories;
- (void)getNotificationCategoriesWithCompletionHandler:(void (^)(NSSet<UNNotificationCategory *> *categories))completionHandler;
- (void)getNotificationSettingsWithCompletionHandler:(void (^)(UNNotificationSettings *settings))completionHandler;
- (void)addNotificationRequest:(UNNotificationRequest *)request
         withCompletionHandler:(nullable void (^)(NSError *_Nullable error))completionHandler;
- (void)removePendingNotificationRequestsWithIdentifiers:(NSArray<NSString *> *)identifiers;
- (void)removeDeliveredNotificationsWithIdentifiers:(NSArray<NSString *> *)identifiers;
@end

#pragma clang assume_nonnull end
