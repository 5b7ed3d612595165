// Command licence-texts tells which licences texts are: it reads names of files from standard input, a line each, and
// prints a JSON object from the name to the SPDX identifiers that it has found in the file.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/licensecheck"
)

func main() {
	found := map[string][]string{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := os.ReadFile(lines.Text())
		if err != nil {
			fail(err)
		}
		ids := []string{}
		for _, match := range licensecheck.Scan(text).Match {
			ids = append(ids, match.ID)
		}
		found[lines.Text()] = ids
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "licence-texts: %v\n", err)
	os.Exit(1)
}
