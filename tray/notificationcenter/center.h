#pragma once

#include <stdbool.h>
#include <stdint.h>

// What a call comes to.
enum { notificationcenter_done, notificationcenter_refused, notificationcenter_failed };

// Sets the delegate, which hears answers. It says no outside of an application's bundle.
bool notificationcenter_open(void);

// These answer by notificationcenterReplied, from any thread: with the number of the call.
void notificationcenter_permit(uint64_t call);
void notificationcenter_show(uint64_t call, const void *json, int length);

// Takes away what has this identifier, in UTF-8.
void notificationcenter_withdraw(const void *identifier, int length);
