package proctree

import "time"

// A CleanupHelper does nothing on Windows: the guard's Job Object ends all that a killed
// guard leaves.
type CleanupHelper struct{ PID int }

func NewCleanupHelper(string) *CleanupHelper { return &CleanupHelper{} }

func (*CleanupHelper) Missing() bool        { return false }
func (*CleanupHelper) NextStart() time.Time { return time.Time{} }
func (*CleanupHelper) Start(string) error   { return nil }
func (*CleanupHelper) Reaped(int) bool      { return false }
func (*CleanupHelper) Stop()                {}
