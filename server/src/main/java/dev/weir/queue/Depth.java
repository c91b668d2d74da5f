package dev.weir.queue;

/**
 * How full the outbox is and was.
 *
 * @param messages in it now, whole or begun
 * @param bytes in it now
 * @param highWaterMessages most messages ever
 * @param highWaterBytes most bytes ever
 * @param dropped messages given up because the queue was full
 */
public record Depth(
        int messages, long bytes, int highWaterMessages, long highWaterBytes, long dropped) {}
