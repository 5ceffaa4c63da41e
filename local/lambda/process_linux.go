package lambda

import "syscall"

// ownGroup gives a process its own group, so that it can be killed with its
// children, and makes the kernel kill it should this process die first.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
