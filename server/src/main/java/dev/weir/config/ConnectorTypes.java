package dev.weir.config;

import dev.weir.connectors.Connector;
import dev.weir.connectors.Setting;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of connectors that are installed: whatever the class path brings. Immutable. */
public final class ConnectorTypes {

    private final Map<String, Connector.Provider> providers;

    private ConnectorTypes(Map<String, Connector.Provider> providers) {
        this.providers = providers;
    }

    /** {@return those on the class path} */
    public static ConnectorTypes installed() {
        return new ConnectorTypes(
                ServiceLoader.load(Connector.Provider.class, ConnectorTypes.class.getClassLoader())
                        .stream()
                        .map(ServiceLoader.Provider::get)
                        .collect(Collectors.toMap(
                                Connector.Provider::type, Function.identity())));
    }

    /** {@return the provider of a type, if there is one} */
    public Optional<Connector.Provider> find(String type) {
        return Optional.ofNullable(providers.get(type));
    }

    /** {@return all of them, by type} */
    public List<Connector.Provider> all() {
        return providers.values().stream()
                .sorted(Comparator.comparing(Connector.Provider::type))
                .toList();
    }

    /** {@return the settings that connectors of a type have; none of an unknown type} */
    List<Setting> settings(String type) {
        return find(type).map(provider -> provider.settings().settings()).orElse(List.of());
    }
}
