/**
 * The configuration: immutable records, and the way from a YAML file, the environment and the
 * command line to them. Read {@link dev.weir.config.Config} for what can be set and {@link
 * dev.weir.config.ConfigLoader} for how it is read.
 */
@NullMarked
package dev.weir.config;

import org.jspecify.annotations.NullMarked;
