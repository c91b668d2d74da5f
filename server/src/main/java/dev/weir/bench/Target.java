package dev.weir.bench;

/**
 * The relay under test.
 *
 * @param client where clients connect
 * @param worker where workers connect
 * @param order which end of a pair connects first
 * @param keyPrefix what keys begin with; the pair's number follows
 */
public record Target(Endpoint client, Endpoint worker, Order order, String keyPrefix) {

    Endpoint of(Side side) {
        return side == Side.CLIENT ? client : worker;
    }
}
