#include <stdbool.h>

// What the user and the system do; see gnustep.go.
void standin_reset(void);
void standin_bundle(bool inside);
void standin_permission(int status);
bool standin_await_question(void);
void standin_decide(bool granted);
void standin_fault(const char *way);
void standin_hold(bool held);
void standin_front(bool inFront);
char *standin_state(void);
bool standin_press(const char *identifier, const char *action);
