/** What the admin port tells of the relay, and what an operator can do through it. */
@NullMarked
package dev.weir.admin;

import org.jspecify.annotations.NullMarked;
