package dev.weir.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; says everything that is wrong with it. */
public final class ConfigException extends Exception {

    private final List<Problem> problems;

    ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** {@return one line for each mistake, by position} */
    public List<String> problems() {
        return problems.stream().map(Problem::toString).toList();
    }
}
