package manager

import (
	"context"
	"net/netip"
	"slices"

	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// prove asks a question once: whether the check is answered, and by this run. An answer at
// another address than the service's own is taken for what it is.
func prove(ctx context.Context, q question) error {
	if q.spec.Watched() {
		return ask(ctx, q.check, nil) // whoever it is
	}
	return ask(ctx, q.check, q.isOurs)
}

// isOurs reports an error if an answer is known not to come from the run. On a socket that the
// guard handed over only the run can answer, but the kernel takes connections for it: they must
// have been accepted. On a port that the service binds, the holder must be one of its
// processes. A holder that cannot be seen, such as a container engine of the system's, is
// accepted: the port was free before the start.
func (q question) isOurs(ctx context.Context, at netip.AddrPort) error {
	_, own := q.spec.OwnAddress()
	if int(at.Port()) != spec.Port(own) || !at.Addr().IsLoopback() {
		return nil
	}
	if handed, err := netip.ParseAddrPort(q.spec.Listen); spec.HandsOver && err == nil && inspect.Covers(handed, at) {
		if q.check.TCP == "" {
			return nil
		}
		members, err := q.members(ctx)
		if err == nil && members.Waiting > 0 {
			err = &Answer{Kind: AnswerUnaccepted}
		}
		return err
	}
	if inspect.ListensOn(q.pid, at) {
		return nil
	}
	holder := inspect.PortHolder(at)
	if holder.PID == 0 || holder.PID == q.pid {
		return nil
	}
	members, err := q.members(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(members.PIDs, holder.PID) {
		return nil
	}
	return &Answer{Kind: AnswerStranger, Port: int(at.Port()), Holder: &Process{Name: holder.Name, PID: holder.PID}}
}
