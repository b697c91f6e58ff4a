/**
 * The commands: what `gabor train`, `test`, `predict`, `summary`, `check`, `doctor` and `bench` do, one class each, and the
 * small parts that they share. Nothing imports this package.
 */
package io.gabor.cli;
