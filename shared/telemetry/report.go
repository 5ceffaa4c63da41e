package telemetry

// Severity says how bad a reported error is.
type Severity string

// The severities that are reported.
const (
	Warning Severity = "warning" // a dependency's fault
	Error   Severity = "error"   // ours
	Fatal   Severity = "fatal"   // a panic
)
