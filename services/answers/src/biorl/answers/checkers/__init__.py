"""One module for each answer type; each is a `biorl.answers.checker.Checker`."""
