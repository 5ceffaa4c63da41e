package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpu is processor time: of this process, and of the functions that it runs.
type cpu struct{ own, functions time.Duration }

// tick is the unit of /proc/<pid>/stat on Linux.
const tick = 10 * time.Millisecond

// cpuTimes reads what has been spent so far; zeros where there is no /proc.
func cpuTimes() cpu {
	var c cpu
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is valid
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		pid, parent, spent, err := readStat(string(text))
		switch {
		case err != nil:
		case pid == os.Getpid():
			c.own += spent
		case parent == os.Getpid():
			c.functions += spent
		}
	}
	return c
}

// readStat reads a process's line of /proc/<pid>/stat (proc_pid_stat(5), read
// 2026-11): its id, its parent's, and the time it has used.
func readStat(line string) (pid, parent int, spent time.Duration, err error) {
	id, rest, _ := strings.Cut(line, " ")
	end := strings.LastIndexByte(rest, ')') // of the name, which may hold anything
	fields := strings.Fields(rest[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, 0, 0, fmt.Errorf("%.100q is no process's line", line)
	}
	var numbers [4]int
	for i, text := range []string{id, fields[1], fields[11], fields[12]} {
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return 0, 0, 0, err
		}
	}
	return numbers[0], numbers[1], time.Duration(numbers[2]+numbers[3]) * tick, nil
}

// since gives the mean of n turns since an earlier reading.
func (c cpu) since(before cpu, n int) cpu {
	n = max(n, 1)
	return cpu{(c.own - before.own) / time.Duration(n), (c.functions - before.functions) / time.Duration(n)}
}
