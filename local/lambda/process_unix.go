//go:build unix && !linux

package lambda

import "syscall"

// ownGroup gives a process its own group, so that it can be killed with its
// children.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
